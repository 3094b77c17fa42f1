// Counts the time left, second by second, between two answers of the server, which decides.

let left = 0;
let since = 0;

function read() {
  const time = document.getElementById("upi-left");
  if (!time) return;
  const told = Number(time.dataset.left);
  if (told !== left || !since) {
    left = told;
    since = performance.now();
  }
  const now = Math.max(0, Math.ceil(left - (performance.now() - since) / 1000));
  const text = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
  if (time.textContent !== text) time.textContent = text;
  time.classList.toggle("upi-soon", now <= 30);
}

setInterval(read, 200);
read();
