"""Takes the pictures of the pages that the documents show, with the data of this checkout: `make pictures`.

The browser's fonts are those of the machine, so that pictures taken elsewhere look a little different.
"""

import tempfile
import threading
from pathlib import Path

from browser import browsing
from werkzeug.serving import make_server

from api.config import Settings
from api.releases import load
from api.web.app import create_app

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDE, PHONE = (1000, 860), (360, 780)  # pixels
PAGES = {
    "home": ("/", WIDE),
    "list": ("/events?facets=type,status,actor,topic&year=2021&disputed=true", WIDE),
    "record": ("/events/2021-06-16-geneva-summit", WIDE),
    "thread": ("/threads/2021-06-16-putin-denies-cyber-attacks", WIDE),
    "treaties": ("/pictures/treaties?party=russia&day=2026-03-01&kind=treaty", WIDE),
    "map": ("/pictures/map?type=summit", WIDE),
    "person": ("/actors/antony-blinken", WIDE),
    "phone": ("/pictures/timeline?year=2021&type=summit,visit,diplomats-expelled&width=360", PHONE),
}


def take() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        load.load(settings)[0].close()
        server = make_server("127.0.0.1", 0, create_app(settings), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        FOLDER.mkdir(exist_ok=True)
        with browsing(Path(folder)) as browser:
            for name, (path, size) in PAGES.items():
                picture = browser.picture(f"http://127.0.0.1:{server.server_port}{path}", *size)
                (FOLDER / f"{name}.webp").write_bytes(picture)
        server.shutdown()


if __name__ == "__main__":
    take()
