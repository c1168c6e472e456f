// A presenter's keys, wherever the focus is: whoever has clicked a control, or a chart, still pauses with
// Space. Only a text field keeps its keys. They are taken before the page sees them, so that a control in
// focus does not act as well; Enter presses that one. A remote's "next" is Page Down. The switch for keyboard
// shortcuts (guide.js) keeps whether they are wanted.
const CONTROLS = {
  " ": ["pause", "play", "retry"],
  ArrowRight: ["step", "leave"],
  PageDown: ["step", "leave"],
  Escape: ["stop"],
};
const WRITES = "textarea, select, [contenteditable=true], input:not([type=radio], [type=checkbox])";

export default function () {
  const onKey = (event) => {
    const places = (CONTROLS[event.key] ?? []).map((name) => `.st-key-demo-${name} button`);
    const button = places.length && document.querySelector(places.join());
    const isOther = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    const areOff = localStorage.getItem("speko-shortcuts") === "off";
    if (!button || isOther || areOff || event.target.closest?.(WRITES)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "keydown" && !event.repeat) button.click();
  };
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("keyup", onKey, true);
  return () => {
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("keyup", onKey, true);
  };
}
