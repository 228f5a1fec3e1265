// Saves a picture as PNG, drawn by this browser with its fonts, light or dark; without this file its SVG can be had as well.
const svg = document.querySelector(".shapes a[download]");
const MOST = 2 ** 24; // pixels that a telephone can draw

const save = async (dark) => {
  const answer = await fetch(svg.href), name = /filename="(.*)\.svg"/.exec(answer.headers.get("Content-Disposition"))[1];
  const text = (await answer.text()).replace("(prefers-color-scheme:dark)", dark ? " all" : " not all");
  const picture = Object.assign(new Image(), { src: `data:image/svg+xml,${encodeURIComponent(text)}` });
  await picture.decode();
  const { naturalWidth: width, naturalHeight: height } = picture, scale = Math.min(2, Math.sqrt(MOST / width / height));
  const canvas = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const href = URL.createObjectURL(await new Promise((done) => canvas.toBlob(done)));
  Object.assign(document.createElement("a"), { href, download: `${name}${dark ? "-dark" : ""}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
};

for (const [words, dark] of [["PNG, dark", true], ["PNG", false]]) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  button.addEventListener("click", () => save(dark));
  svg.after(" ", button);
}
