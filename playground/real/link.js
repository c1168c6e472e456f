// Labels such as "simulated" are links in the pages' own HTML. Followed as the browser does it, they would
// load the app anew, and a browser session ends with that, its keys too. So the click goes to the page's link.
export default function () {
  const onClick = (event) => {
    const label = event.target.closest?.('a[href="real"]');
    const isPlain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const link = document.querySelector(".st-key-real-link a");
    if (!label || !isPlain || !link || label === link) return;
    event.preventDefault();
    event.stopPropagation();
    link.click();
  };
  document.addEventListener("click", onClick, true);
  return () => document.removeEventListener("click", onClick, true);
}
