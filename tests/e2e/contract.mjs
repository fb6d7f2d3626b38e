import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import addFormats from "ajv-formats";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";

const schemas = fileURLToPath(new URL("../../schemas/", import.meta.url));

/** Holds what the server sends against schemas/: answers against openapi.yaml, events against events/. */
export class Contract {
  constructor() {
    this.openapi = parse(readFileSync(`${schemas}openapi.yaml`, "utf8"), { merge: true, maxAliasCount: -1 });
    const options = { strict: false, allErrors: true, validateFormats: true };
    this.answers = addFormats.default(new Ajv2020(options));
    this.answers.addSchema(this.openapi, "openapi");
    this.events = addFormats.default(new Ajv2020(options));
    for (const file of readdirSync(`${schemas}events`))
      this.events.addSchema(JSON.parse(readFileSync(`${schemas}events/${file}`, "utf8")), file);
    this.paths = Object.keys(this.openapi.paths).map((path) => ({
      path,
      literal: path.split("{").length,
      pattern: new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`),
    }));
    this.paths.sort((a, b) => a.literal - b.literal);
  }

  /** What is wrong with an answer; nothing when it keeps the contract. */
  faultsOfAnswer(method, path, status, contentType, body) {
    const found = this.paths.find((one) => one.pattern.test(path));
    const operation = found && this.openapi.paths[found.path][method.toLowerCase()];
    if (!operation) return [`${method} ${path} is not in openapi.yaml`];
    const at = (...keys) => ["openapi#", ...keys].map((key, index) => (index ? encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1")) : key)).join("/");
    let name = String(status) in operation.responses ? String(status) : "default";
    let response = operation.responses[name];
    if (!response) return [`${method} ${path}: openapi.yaml has no ${status}`];
    let keys = ["paths", found.path, method.toLowerCase(), "responses", name];
    if (response.$ref) {
      keys = response.$ref.slice(2).split("/");
      response = keys.reduce((node, key) => node[key], this.openapi);
    }
    const type = contentType.split(";")[0].trim();
    if (!response.content) return body === "" ? [] : [`${method} ${path}: ${status} has a body`];
    if (!response.content[type]) return [`${method} ${path}: ${status} as “${type}”`];
    if (!type.endsWith("json")) return [];
    const validate = this.answers.getSchema(at(...keys, "content", type, "schema"));
    if (validate(JSON.parse(body))) return [];
    return validate.errors.slice(0, 5).map((error) => `${method} ${path} ${status}: ${error.instancePath || "/"} ${error.message}`);
  }

  faultsOfEvent(event) {
    const validate = this.events.getSchema(`${event.type}.json`);
    if (!validate) return [`${event.type} has no schema in schemas/events`];
    const faults = validate(event.data) ? [] : validate.errors.slice(0, 5).map((error) => `${event.type}: /data${error.instancePath} ${error.message}`);
    for (const name of ["specversion", "id", "source", "subject", "time", "dataschema", "userid", "sequence"])
      if (event[name] === undefined) faults.push(`${event.type}: no ${name}`);
    return faults;
  }
}

/** The events of a server-sent stream that are there within `quiet` milliseconds. */
export async function readStream(url, token, quiet = 700) {
  const stop = new AbortController();
  const response = await fetch(url, { headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}` }, signal: stop.signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const events = [];
  let rest = "";
  const decoder = new TextDecoder();
  let timer = setTimeout(() => stop.abort(), 3000);
  try {
    for await (const chunk of response.body) {
      rest += decoder.decode(chunk, { stream: true });
      for (let end; (end = rest.indexOf("\n\n")) >= 0; rest = rest.slice(end + 2)) {
        const data = rest.slice(0, end).split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
        if (data.length > 0) events.push(JSON.parse(data.join("\n")));
      }
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), quiet);
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  } finally {
    clearTimeout(timer);
  }
  return events;
}
