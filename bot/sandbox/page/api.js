// Asks the sandbox for things; every answer is JSON.

async function read(response) {
  const told = await response.json().catch(() => ({}));
  return { ...told, status: response.status };
}

export async function post(path, body) {
  try {
    const headers = { "content-type": "application/json" };
    return await read(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
  } catch {
    return { ok: false, error: "The sandbox does not answer. Is `stuck demo` still running?" };
  }
}

export async function get(path) {
  try {
    return await read(await fetch(path));
  } catch {
    return { error: "The sandbox does not answer. Is `stuck demo` still running?" };
  }
}
