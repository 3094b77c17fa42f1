// The texts that were opened: kept for the life of the tab, so that another language or a reload does
// not mark all of them as new.

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
