// Opens the print dialogue once for a counted printing; sets a roll's page to the length of its content.
const MM_PER_PX = 25.4 / 96;
const TEAR_MM = 8; // below the last line, to tear the paper off

const counted = document.querySelector("[data-printing]");
const preview = document.querySelector("[data-print-form]");

function cutRoll() {
  const roll = document.querySelector(".receipt-80mm");
  if (!roll) return;
  const page = new CSSStyleSheet();
  const height = Math.ceil(roll.getBoundingClientRect().height * MM_PER_PX) + TEAR_MM;
  page.replaceSync(`@page { size: 80mm ${height}mm; margin: 0 }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, page];
}

function begin() {
  cutRoll();
  const again = document.querySelector("[data-print-now]");
  if (again) {
    again.hidden = false;
    again.addEventListener("click", () => window.print());
    if (!document.querySelector("[autofocus]:not(dialog *)")) again.focus();
  }
  if (counted) {
    const key = `printed ${counted.dataset.printing}`;
    if (!sessionStorage.getItem(key)) {
      sessionStorage.setItem(key, "yes");
      window.print();
    }
  }
}

// A printing that is not counted yet is no receipt: the print shortcut counts it first.
if (preview) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "p") {
      event.preventDefault();
      preview.requestSubmit();
    }
  });
}

document.body.getBoundingClientRect(); // what is laid out has asked for its fonts
document.fonts.ready.then(begin);
document.fonts.addEventListener("loadingdone", cutRoll); // a late font changes the length
