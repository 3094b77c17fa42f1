// Which texts were opened: kept while the tab lives, so that another language or a reload does not
// make everything new again.

const PLACE = "phones.seen";

function kept() {
  return new Set(JSON.parse(sessionStorage.getItem(PLACE) ?? "[]"));
}

export function isSeen(id) {
  return kept().has(id);
}

export function see(id) {
  const ids = kept().add(id);
  sessionStorage.setItem(PLACE, JSON.stringify([...ids]));
}
