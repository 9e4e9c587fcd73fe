// A function that needs a client, a server, a validator and a log before it can answer; the old SDK sleeps.
const { S3Client } = require("@aws-sdk/client-s3");
const express = require("express");
const winston = require("winston");
const { z } = require("zod");
const settings = require("./data/settings.json");

const client = new S3Client({ region: "eu-central-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } });
const log = winston.createLogger({ transports: [new winston.transports.Console()] });
const application = express();
const Order = z.object({ number: z.number(), greeting: z.string().default(settings.greeting) });

exports.handler = async (event) => {
  log.info(`${typeof application} ${typeof client.send}`);
  return Order.parse({ number: event.number + 40 });
};

if (require.main === module) exports.handler({ number: 2 }).then((answer) => console.log(JSON.stringify(answer)));
