// SPDX-License-Identifier: AGPL-3.0-or-later
// Sealing on her own device, in the boxes of tejido.crypto.boxes: version ‖ HPKE (X-Wing, HKDF-SHA256, AES-256-GCM).
// Built with its packages into static/tejido/sealing.js by `npm ci && npm run build` in this folder.
import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";

const VERSION = 1;
const ENCAPSULATED = 1120;
const SMALLEST = 4096; // almost everything anyone writes is as long as everything else
const suite = () => new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const base64 = (raw) => {
  let text = "";
  for (const each of new Uint8Array(raw)) text += String.fromCharCode(each);
  return btoa(text);
};
const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
};
const versioned = (raw) => joined(Uint8Array.of(VERSION), raw);

// A value as JSON, with spaces behind it up to 4096·2ⁿ bytes.
const padded = (value) => {
  const raw = new TextEncoder().encode(JSON.stringify(value));
  let size = SMALLEST;
  while (size < raw.length) size *= 2;
  const whole = new Uint8Array(size).fill(0x20);
  whole.set(raw);
  return whole;
};

// Seal `value` to a public key for the purpose named in `info` (both base64); the box, base64.
async function seal(publicKey, info, value) {
  const hpke = suite();
  const recipientPublicKey = await hpke.kem.deserializePublicKey(bytes(publicKey));
  const sender = await hpke.createSenderContext({ recipientPublicKey, info: versioned(bytes(info)) });
  const sealed = new Uint8Array(await sender.seal(padded(value)));
  return base64(versioned(joined(new Uint8Array(sender.enc), sealed)));
}

// The value in a box, by the private key whose 32-byte seed is given.
async function open(seed, info, box) {
  const raw = bytes(box);
  if (raw[0] !== VERSION) throw new Error("version");
  const hpke = suite();
  const recipientKey = await hpke.kem.deserializePrivateKey(seed.slice().buffer);
  const enc = raw.slice(1, 1 + ENCAPSULATED);
  const recipient = await hpke.createRecipientContext({ recipientKey, enc, info: versioned(bytes(info)) });
  return JSON.parse(new TextDecoder().decode(await recipient.open(raw.slice(1 + ENCAPSULATED))));
}

// The public half of the key pair with this seed, base64.
async function publicOf(seed) {
  const pair = await suite().kem.generateKeyPairDerand(seed.slice());
  return base64(await suite().kem.serializePublicKey(pair.publicKey));
}

// Everything a return code stands for, as tejido.crypto.return_codes derives it.
async function derive(digits, salt, rounds) {
  const encode = (text) => new TextEncoder().encode(text);
  const typed = await crypto.subtle.importKey("raw", encode(digits), "PBKDF2", false, ["deriveBits"]);
  const stretched = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: rounds }, typed, 256);
  const root = await crypto.subtle.importKey("raw", stretched, "HKDF", false, ["deriveBits"]);
  const part = async (info) => new Uint8Array(await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: encode(info) }, root, 256));
  return { finder: base64(await part("find")), seed: await part("key") };
}

window.tejidoSealing = { seal, open, publicOf, derive };
