// Renders /openapi.json: operations, their parameters and bodies, schemas, and a
// form to try each. Everything shown goes in as text, never as markup.
"use strict";

const methods = ["get", "post", "put", "patch", "delete"];

function el(name, props, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(props || {})) {
    if (k === "class") e.className = v;
    else if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else e.setAttribute(k, v);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

function refName(schema) {
  return schema && schema.$ref ? schema.$ref.split("/").pop() : "";
}

function resolve(doc, schema) {
  const name = refName(schema);
  return name ? doc.components.schemas[name] : schema || {};
}

function typeNode(schema) {
  const name = refName(schema);
  if (name) return el("a", { href: "#schema-" + name }, name);
  if (schema.type === "array") return el("span", {}, "list of ", typeNode(schema.items || {}));
  if (schema.enum) return el("span", {}, schema.enum.map((v) => JSON.stringify(v)).join(" | "));
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type || "any";
  return el("span", {}, type);
}

function example(doc, schema, depth) {
  schema = resolve(doc, schema);
  if (schema.examples && schema.examples.length) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") {
    const out = {};
    if (depth > 4) return out;
    for (const name of schema.required || []) out[name] = example(doc, schema.properties[name], depth + 1);
    return out;
  }
  if (type === "array") return [example(doc, schema.items || {}, depth + 1)];
  if (type === "integer" || type === "number") return 0;
  if (type === "boolean") return false;
  return "";
}

function properties(doc, schema) {
  schema = resolve(doc, schema);
  const required = new Set(schema.required || []);
  const rows = Object.entries(schema.properties || {}).map(([name, p]) =>
    el("tr", {}, el("td", {}, el("code", {}, name), required.has(name) ? "" : " (optional)"),
      el("td", {}, typeNode(p)), el("td", {}, p.description || "")));
  return el("table", {}, el("tbody", {}, ...rows));
}

function field(param) {
  const input = el("input", { autocomplete: "off", spellcheck: "false" });
  const label = el("label", {}, param.name, el("small", {},
    param.in + (param.required ? ", required" : "") + (param.description ? ": " + param.description : "")), input);
  return { param, input, label };
}

function jsonBody(op) {
  const content = op.requestBody && op.requestBody.content;
  return content && content["application/json"] ? content["application/json"].schema : null;
}

async function attempt(path, method, op, fields, bodyInput, out) {
  let target = path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { param, input } of fields) {
    if (param.in === "path") target = target.replace("{" + param.name + "}", encodeURIComponent(input.value));
    else if (input.value === "") continue;
    else if (param.in === "query") query.set(param.name, input.value);
    else headers[param.name] = input.value;
  }
  if (query.size) target += "?" + query;
  const token = document.getElementById("token").value.trim();
  if (op.security && token) headers.Authorization = "Bearer " + token;
  const request = { method: method.toUpperCase(), headers, credentials: "omit", cache: "no-store" };
  if (bodyInput) {
    headers["Content-Type"] = "application/json";
    request.body = bodyInput.value;
  }
  out.textContent = "…";
  try {
    const started = performance.now();
    const response = await fetch(target, request);
    let text = await response.text();
    try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* shown as it came */ }
    const told = ["Retry-After", "ETag", "Link", "Idempotent-Replay", "RateLimit-Remaining"]
      .filter((name) => response.headers.has(name)).map((name) => "\n" + name + ": " + response.headers.get(name)).join("");
    out.textContent = response.status + " " + response.statusText + " in " +
      Math.round(performance.now() - started) + " ms" + told + "\n\n" + text;
  } catch (err) {
    out.textContent = "No answer: " + err.message;
  }
}

function component(doc, kind, thing) {
  const name = refName(thing);
  return name ? doc.components[kind][name] : thing;
}

function answers(doc, op) {
  const rows = Object.entries(op.responses || {}).map(([status, ref]) => {
    const r = component(doc, "responses", ref);
    const media = Object.values(r.content || {})[0];
    const headers = Object.entries(r.headers || {}).map(([name, h]) =>
      el("li", {}, el("code", {}, name), ": " + (component(doc, "headers", h).description || "")));
    return el("tr", {}, el("td", {}, status), el("td", {}, media ? typeNode(media.schema) : "no body"),
      el("td", {}, r.description || "", headers.length ? el("ul", { class: "soft" }, ...headers) : ""));
  });
  return el("table", {}, el("tbody", {}, ...rows));
}

function operation(doc, path, method, op) {
  const fields = (op.parameters || []).map(field);
  const schema = jsonBody(op);
  const bodyInput = schema ? el("textarea", { spellcheck: "false" }) : null;
  if (bodyInput) bodyInput.value = JSON.stringify(example(doc, schema, 0), null, 2);
  const out = el("pre", { role: "status" }, "");
  out.hidden = true;
  const form = el("form", { onsubmit: (e) => {
    e.preventDefault();
    out.hidden = false;
    attempt(path, method, op, fields, bodyInput, out);
  } }, ...fields.map((f) => f.label),
    bodyInput ? el("label", {}, "Body", bodyInput) : null, el("button", {}, "Try it"));
  return el("details", { id: op.operationId },
    el("summary", {}, el("span", { class: "method" }, method.toUpperCase()),
      el("span", { class: "path" }, path), el("span", { class: "soft" }, "  " + (op.summary || ""))),
    el("div", {},
      op.description ? el("p", {}, op.description) : null,
      op.security ? el("p", { class: "soft" }, "Needs a token.") : null,
      schema ? el("h3", {}, "Body") : null, schema ? properties(doc, schema) : null,
      el("h3", {}, "Answers"), answers(doc, op), el("h3", {}, "Try it"), form, out));
}

// paragraphs knows of Markdown what the description uses: blank lines and **.
function paragraphs(text) {
  return text.split("\n\n").map((p) =>
    el("p", {}, ...p.split("**").map((part, i) => (i % 2 ? el("strong", {}, part) : part))));
}

function render(doc) {
  document.getElementById("title").textContent = doc.info.title + ": the REST interface";
  document.getElementById("about").replaceChildren(...paragraphs(doc.info.description || ""));
  const place = document.getElementById("operations");
  for (const tag of doc.tags || []) {
    place.append(el("h2", {}, tag.name), el("p", { class: "soft" }, tag.description || ""));
    for (const [path, item] of Object.entries(doc.paths)) {
      for (const method of methods) {
        if (item[method] && (item[method].tags || []).includes(tag.name)) place.append(operation(doc, path, method, item[method]));
      }
    }
  }
  const schemas = document.getElementById("schemas");
  for (const [name, schema] of Object.entries(doc.components.schemas)) {
    schemas.append(el("details", { id: "schema-" + name }, el("summary", {}, el("code", {}, name)), el("div", {}, properties(doc, schema))));
  }
}

// A link to a schema opens what it leads to.
window.addEventListener("hashchange", () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") target.open = true;
});

fetch("/openapi.json", { credentials: "omit" })
  .then((r) => (r.ok ? r.json() : Promise.reject(new Error("status " + r.status))))
  .then(render)
  .catch((err) => { document.getElementById("about").textContent = "The description could not be read: " + err.message; });
