// Typing on a 12-key pad: digits as they are, or letters by pressing a key repeatedly.

const LETTERS = {
  "1": ".,?!1", "2": "abc2", "3": "def3", "4": "ghi4", "5": "jkl5",
  "6": "mno6", "7": "pqrs7", "8": "tuv8", "9": "wxyz9", "0": "0+",
};
const AGAIN_MS = 900;
const LONGEST = 320; // characters: the handset's own limit

export class Typing {
  constructor() {
    this.clear();
  }

  clear() {
    this.text = "";
    this.mode = "123";
    this.forget();
  }

  forget() {
    this.last = null;
    this.turn = 0;
    this.until = 0;
  }

  /** Types a key of the pad: a digit, `*` (digits or letters) or `#` (space). */
  press(key, now) {
    if (key === "*") {
      this.mode = this.mode === "123" ? "abc" : "123";
      this.forget();
    } else if (key === "#") {
      this.write(" ");
    } else if (this.mode === "123") {
      this.write(key);
    } else {
      this.cycle(key, now);
    }
  }

  cycle(key, now) {
    const letters = LETTERS[key];
    const again = key === this.last && now < this.until && this.text;
    if (again) {
      this.turn = (this.turn + 1) % letters.length;
      this.text = this.text.slice(0, -1) + letters[this.turn];
    } else {
      this.write(letters[0]);
      this.last = key;
      this.turn = 0;
    }
    this.until = now + AGAIN_MS;
  }

  /** Types characters as they are, from a computer's keyboard. */
  write(characters) {
    this.forget();
    if (this.text.length + characters.length <= LONGEST) this.text += characters;
  }

  erase() {
    this.forget();
    this.text = Array.from(this.text).slice(0, -1).join("");
  }
}
