// Days, times and numbers as people type them, in digits of any script of India: as india/calendar.py and
// india/figures.py read them. What this does not know is left to the server.

const SCRIPTS = ["deva", "beng", "guru", "gujr", "orya", "tamldec", "telu", "knda", "mlym", "arab", "arabext"];
const DIGITS = new Map(
  SCRIPTS.flatMap((script) =>
    Array.from("0123456789", (digit) => [
      new Intl.NumberFormat(`en-u-nu-${script}`, { useGrouping: false }).format(Number(digit)),
      digit,
    ]),
  ),
);

/** Return the text with digits 0 to 9 and plain dashes, without what nobody sees. */
export function plain(text) {
  return text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(/\p{Pd}|\u2212/gu, "-")
    .replace(/\p{Nd}/gu, (digit) => DIGITS.get(digit) ?? digit)
    .trim();
}

/** Return the day as milliseconds (UTC midnight); null: it is none. */
export function dayOf(text) {
  const bare = plain(text);
  const iso = bare.match(/^(\d{4})-(\d{2})-(\d{2})$/);
  const indian = bare.match(/^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/);
  if (!iso && !indian) return null;
  const [year, month, day] = (iso ? [iso[1], iso[2], iso[3]] : [indian[4], indian[3], indian[1]]).map(Number);
  const at = new Date(Date.UTC(year < 100 ? 2000 + year : year, month - 1, day));
  return at.getUTCDate() === day && at.getUTCMonth() === month - 1 ? at.getTime() : null;
}

/** Return the minutes since midnight; null: it is no time of day. */
export function timeOf(text) {
  const found = plain(text).match(/^([01]?\d|2[0-3])[:.]?([0-5]\d)$/);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

/** Return the whole number, however its digits are grouped; null: it is none. */
export function numberOf(text) {
  const bare = plain(text).replace(/[, ]/g, "");
  return /^\d+$/.test(bare) ? Number(bare) : null;
}
