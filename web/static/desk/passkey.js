// Passkeys: the browser makes one (data-new-passkey), or signs with one (data-passkey), and the form
// that asked for it is sent. Without this script a number or a recovery code does.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const withBytes = (held = []) => held.map((each) => ({ ...each, id: bytes(each.id) }));

async function sign(place) {
  const form = place.closest("form");
  const asked = await fetch(place.dataset.passkey, {
    method: "POST",
    body: new URLSearchParams({ csrf_token: form.elements.csrf_token.value }),
  });
  if (!asked.ok) throw new Error(asked.statusText);
  const options = await asked.json();
  const { id, type, response } = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  form.elements.assertion.value = JSON.stringify({
    id,
    rawId: id,
    type,
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
    },
  });
  form.requestSubmit();
}

async function make(form) {
  const options = JSON.parse(form.dataset.newPasskey);
  const { id, type, response } = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  form.elements.credential.value = JSON.stringify({
    id,
    rawId: id,
    type,
    response: {
      attestationObject: text(response.attestationObject),
      clientDataJSON: text(response.clientDataJSON),
      transports: response.getTransports?.() ?? [],
    },
  });
  form.submit();
}

/** Furnish the places in `root` where a passkey can be used, or made. */
export function furnish(root) {
  for (const place of root.querySelectorAll("[data-passkey], [data-new-passkey]")) prepare(place);
}

function prepare(place) {
  const button = place.querySelector("button[type=button]");
  const said = place.querySelector("[role=status]");
  if (!window.PublicKeyCredential) {
    said.textContent = place.dataset.cannot;
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      await ("passkey" in place.dataset ? sign : make)(place);
    } catch {
      said.textContent = place.dataset.failed; // given up, too late, or none that fits
    }
    button.disabled = false;
  });
}

furnish(document);
