"""Headless Chromium, told what to do over the two pipes of its DevTools protocol: pages are opened, waited for and pictured."""

import base64
import json
import os
import select
import shutil
import subprocess
import time

# The page's text with that of all shadow trees, and whether each of its pictures has come.
LOOK = """(() => {
  const texts = [];
  let pending = 0;
  const walk = (node) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) texts.push(child.data);
      if (child.nodeType !== Node.ELEMENT_NODE || ['STYLE', 'SCRIPT'].includes(child.tagName)) continue;
      if (child.tagName === 'IMG' && child.loading !== 'lazy' && !child.complete) ++pending;
      if (child.value && child.tagName === 'INPUT') texts.push(child.value);
      walk(child);
      if (child.shadowRoot) walk(child.shadowRoot);
    }
  };
  walk(document);
  return {text: texts.join(' ').replace(/\\s+/g, ' '), pending};
})()"""


def find_chromium():
    """The path of the installed program, or None."""
    names = [os.environ.get("SAKER_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


class Browser:
    """One window. `folder` holds its profile and its log."""

    def __init__(self, program, folder):
        commands_in, self._commands = os.pipe()
        self._replies, replies_out = os.pipe()
        # The protocol's file descriptors are 3 and 4; the shell puts the pipes there.
        options = ["--headless=new", "--remote-debugging-pipe", f"--user-data-dir={folder / 'profile'}",
                   "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")  # Chromium refuses to make one for root
        with open(folder / "chromium.log", "w") as log:
            self._process = subprocess.Popen(
                ["bash", "-c", f'exec "$@" 3<&{commands_in} 4>&{replies_out}', "bash", program, *options],
                pass_fds=(commands_in, replies_out), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        os.close(commands_in)
        os.close(replies_out)
        self._buffer, self._next_id, self._session = b"", 0, None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")
        self.resize(1600, 1000)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._commands)  # it ends by itself when nobody can tell it anything
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)
            self._process.wait()
        os.close(self._replies)

    def resize(self, width, height):
        """Makes the window so many pixels large."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                   mobile=False)

    def open(self, url, *words, seconds=60):
        """Shows the page once it says each of `words`, has its pictures and has stopped to change."""
        self._call("Page.navigate", url="about:blank")
        self._call("Page.navigate", url=url)
        self.wait_for(*words, seconds=seconds)

    def wait_for(self, *words, seconds=60):
        deadline, last, since = time.monotonic() + seconds, None, 0.0
        while True:
            now, look = time.monotonic(), self.evaluate(LOOK)
            if look != last:
                last, since = look, now
            missing = [word for word in words if word not in look["text"]]
            if not missing and not look["pending"] and now >= since + 2:
                return
            assert now < deadline, f"the page lacks {missing} or goes on changing; it says: {look['text'][:2000]}"
            time.sleep(0.2)

    def click(self, text):
        """Clicks the last and innermost element that holds the text."""
        clicked = self.evaluate(f"""(() => {{
          const found = [...document.body.querySelectorAll('*')].filter((e) => e.textContent.includes({json.dumps(text)}));
          found.at(-1)?.click();
          return found.length > 0;
        }})()""")
        assert clicked, f"the page has nothing to click that says {text}"

    def click_right_end(self, selector):
        """Clicks with the mouse at the right end of the first element of a CSS selector, a slider's track for example."""
        box = self.evaluate(f"""(() => {{
          const box = document.querySelector({json.dumps(selector)})?.getBoundingClientRect();
          return box && {{x: box.right - 14, y: box.top + box.height / 2}};
        }})()""")
        assert box, f"the page has no {selector}"
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **box)

    def scroll_to(self, selector):
        """Scrolls, in everything that scrolls, to each element of a CSS selector, to the first at last."""
        self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].reverse()"
                      ".forEach((e) => e.scrollIntoView({block: 'center'}))")

    def evaluate(self, script):
        """The value of a JavaScript expression in the page."""
        reply = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in reply, reply["exceptionDetails"]
        return reply["result"].get("value")

    def picture(self, file):
        """Writes what the window shows as PNG."""
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def _call(self, method, **parameters):
        self._next_id += 1
        message = {"id": self._next_id, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            reply = self._receive(method)
            if reply.get("id") == self._next_id:
                assert "error" not in reply, (method, reply["error"])
                return reply["result"]

    def _receive(self, method):
        while b"\0" not in self._buffer:
            readable, _, _ = select.select([self._replies], [], [], 60)
            part = os.read(self._replies, 1 << 20) if readable else b""
            assert part, f"Chromium does not answer {method}; see chromium.log"
            self._buffer += part
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)
