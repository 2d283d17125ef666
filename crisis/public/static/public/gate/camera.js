// Reading codes: by the browser where it can (BarcodeDetector), else by our own reader (qr.js).
import { readQr } from "./qr.js";

const LOOK_MS = 200;
const detector = async () => {
  if (!("BarcodeDetector" in self)) return null;
  const kinds = await self.BarcodeDetector.getSupportedFormats();
  return kinds.includes("qr_code") ? new self.BarcodeDetector({ formats: ["qr_code"] }) : null;
};
const pixels = (source, width, height) => {
  // Larger costs time and reads nothing more: a code of ours has some thirty modules.
  const scale = Math.min(1, 1000 / Math.max(width, height));
  const sheet = Object.assign(document.createElement("canvas"), { width: Math.round(width * scale), height: Math.round(height * scale) });
  const pen = sheet.getContext("2d", { willReadFrequently: true });
  pen.drawImage(source, 0, 0, sheet.width, sheet.height);
  return pen.getImageData(0, 0, sheet.width, sheet.height);
};
const codeIn = async (source, width, height) => {
  const own = await detector();
  if (own) {
    const found = await own.detect(source);
    if (found.length) return found[0].rawValue;
  }
  const { data, width: w, height: h } = pixels(source, width, height);
  return readQr(data, w, h);
};

export const codeOfPicture = async (file) => {
  const picture = await createImageBitmap(file);
  return codeIn(picture, picture.width, picture.height);
};
// Looks until a code is read or `stop` is called; calls `found(text)` once.
export const look = async (video, found) => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
  let on = true;
  const stop = () => { on = false; stream.getTracks().forEach((track) => track.stop()); video.srcObject = null; };
  video.srcObject = stream;
  await video.play();
  (async () => {
    while (on) {
      const text = video.videoWidth ? await codeIn(video, video.videoWidth, video.videoHeight).catch(() => null) : null;
      if (on && text) { stop(); found(text); return; }
      await new Promise((done) => { setTimeout(done, LOOK_MS); });
    }
  })();
  return stop;
};
