// How a statement was tested is folded. An address that names a statement opens its fold, and paper
// gets them all, in browsers whose style sheet cannot do that. Without this a press opens a fold.
(() => {
  "use strict";
  const reveal = () => {
    const claim = document.getElementById(location.hash.slice(1))?.closest(".ar-claim");
    const fold = claim?.querySelector("details");
    if (fold) fold.open = true;
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".ar-claim details:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
    opened = [];
  });
})();
