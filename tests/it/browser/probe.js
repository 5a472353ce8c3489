// Runs inside a page of results: shows one language, opens what is folded, measures, and tells the frame around it.
addEventListener("load", () => {
  document.getElementById(`lang-${LANG}`).checked = true;
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  const root = document.documentElement;
  const article = document.querySelector(`main.${LANG}`);
  const name = (element) => `${element.tagName} ${element.id || element.className.baseVal || element.className || ""}: `
    + (element.textContent || "").trim().slice(0, 60);
  // What stands in a box that scrolls may be wider than the page.
  const scrolls = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return true;
    }
    return false;
  };
  const shown = (element) => element.getClientRects().length > 0;

  const beyond = () => [...article.querySelectorAll("*")]
    .filter((element) => shown(element) && !scrolls(element))
    .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 0.5)
    .map(name);

  const cut = () => [...article.querySelectorAll("*")]
    .filter((element) => shown(element) && /hidden|clip/.test(getComputedStyle(element).overflowX))
    .filter((element) => !(element instanceof SVGElement) && element.scrollWidth > element.clientWidth + 1)
    .map(name);

  const outsideDrawing = () => [...article.querySelectorAll("svg text")]
    .filter((text) => {
      const [box, sheet] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
      return box.width > 0 && (box.left < sheet.left - 1 || box.right > sheet.right + 1
        || box.top < sheet.top - 1 || box.bottom > sheet.bottom + 1);
    })
    .map((text) => `${text.ownerSVGElement.querySelector("title")?.textContent}: ${text.textContent}`);

  // A character that no font has is drawn as the same box as one that no font can have.
  const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 40 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = (character, font) => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = `24px ${font}`;
    pen.fillText(character, 4, 30);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const missing = () => {
    const lost = new Set();
    for (const [font, text] of texts()) {
      const nothing = drawn("\u{10FFFF}", font);
      for (const character of new Set(text)) {
        if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(character) && drawn(character, font) === nothing) lost.add(character);
      }
    }
    return [...lost];
  };
  // All that is written in each font of the page.
  const texts = () => {
    const written = new Map();
    const walk = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const font = getComputedStyle(walk.currentNode.parentElement).fontFamily;
      written.set(font, (written.get(font) || "") + walk.currentNode.data);
    }
    return written;
  };

  const links = () => [...new Set([...article.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")))];

  parent.postMessage(JSON.stringify({
    width: root.clientWidth,
    page: root.scrollWidth,
    beyond: beyond(),
    cut: cut(),
    outside_drawing: outsideDrawing(),
    missing: missing(),
    links: links(),
    dead_anchors: links().filter((href) => href.startsWith("#") && !document.getElementById(href.slice(1))),
  }), "*");
});
