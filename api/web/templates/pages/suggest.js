// Suggestions while somebody types into a search; without this file the search works as well.
for (const form of document.querySelectorAll("form[role=search]")) {
  const input = form.elements.q, root = form.action.replace(/\/search$/, "");
  const list = Object.assign(document.createElement("ul"), { id: `${input.id}-suggested`, className: "suggested", hidden: true });
  const set = (element, values) => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
  set(list, { role: "listbox", "aria-label": "Suggestions" });
  set(input, { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": false });
  form.append(list);
  let asked = "", chosen = -1, waiting;

  const choose = (number) => {
    chosen = number;
    [...list.children].forEach((option, n) => option.setAttribute("aria-selected", n === chosen));
    set(input, { "aria-activedescendant": list.children[chosen]?.id ?? "" });
  };
  const show = (hits) => {
    list.replaceChildren(...hits.map(({ kind, id, name }, n) => {
      const option = Object.assign(document.createElement("li"), { id: `${list.id}-${n}`, textContent: name });
      const what = Object.assign(document.createElement("span"), { textContent: ` ${kind.replace("-", " ")}` });
      option.append(what);
      option.dataset.href = `${root}/${kind}/${id}`;
      option.setAttribute("role", "option");
      return option;
    }));
    list.hidden = !hits.length;
    set(input, { "aria-expanded": !list.hidden });
    choose(-1);
  };
  const ask = async () => {
    const text = asked = input.value.trim();
    const answer = text.length > 1 && await fetch(`${root}/v1/suggest?${new URLSearchParams({ q: text })}`).catch(() => null);
    const hits = answer?.ok ? (await answer.json()).data : [];
    if (text === asked) show(hits);
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], count = list.children.length + 1;
    if (step && !list.hidden) choose((chosen + 1 + step + count) % count - 1);
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.href);
    else if (event.key === "Escape" && !list.hidden) show([]);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => show([]));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("li");
    if (option) location.assign(option.dataset.href);
  });
}
