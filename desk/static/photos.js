// Photos that wait to be sent, kept by the browser so that a closed page loses none.

const memory = new Map(); // where the browser keeps nothing for us

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("huxin", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("photos");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction("photos", mode);
      const request = work(transaction.objectStore("photos"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export async function putPhoto(file) {
  const key = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  try {
    await run("readwrite", (photos) => photos.put(file, key));
  } catch {
    memory.set(key, file);
  }
  return key;
}

export async function takePhoto(key) {
  if (memory.has(key)) return memory.get(key);
  return run("readonly", (photos) => photos.get(key)).catch(() => undefined);
}

export function dropPhotos(keys) {
  for (const key of keys) {
    memory.delete(key);
    run("readwrite", (photos) => photos.delete(key)).catch(() => {});
  }
}
