// The Runtime API's loop in plain JavaScript, as a custom runtime brings its own.
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const base = "/2018-06-01/runtime";
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, url, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const request = http.request({ host, port, method, path: base + url, headers, agent }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(parts).toString() }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

const [file, name] = process.argv[2].split("."); // the command's only word
const module = await import(pathToFileURL(path.join(process.env.LAMBDA_TASK_ROOT, file + ".mjs")));

for (;;) {
  const next = await call("GET", "/invocation/next");
  const awsRequestId = next.headers["lambda-runtime-aws-request-id"];
  try {
    const answer = await module[name](JSON.parse(next.text), { awsRequestId });
    await call("POST", `/invocation/${awsRequestId}/response`, JSON.stringify(answer));
  } catch (error) {
    const report = { errorType: error.name, errorMessage: error.message };
    await call("POST", `/invocation/${awsRequestId}/error`, JSON.stringify(report));
  }
}
