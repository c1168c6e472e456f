// A presenter's keys: a remote's "next" (Page Down) is a step, and a control that was clicked with the
// mouse gives the focus back, or Space would press it again.
export default function () {
  const press = (name) => document.querySelector(`.st-key-demo-${name} button`)?.click();
  const onKey = (event) => {
    if (event.key === "PageDown") {
      event.preventDefault();
      press("step");
    }
  };
  const onClick = (event) => {
    if (event.detail > 0) event.target.closest(".st-key-demo-controls button")?.blur();
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  return () => {
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("click", onClick);
  };
}
