// Walks all events of a server with a client typed by the contract, and prints their ids, a line each.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const client = createClient<paths>({ baseUrl: process.argv[2]! });
let cursor: string | undefined;
do {
  const { data, error } = await client.GET("/v1/events", { params: { query: { limit: 25, sort: ["title"], cursor } } });
  if (error || typeof data === "string" || !("data" in data)) throw new Error(JSON.stringify(error));
  for (const event of data.data) {
    const day: string | null = event.date.earliest;
    const actors: string[] = event.participants.map((participant) => participant.actor.name);
    console.log(`${event.id}\t${day ?? "?"}\t${actors.length}`);
  }
  cursor = data.links.next ? new URL(data.links.next).searchParams.get("cursor")! : undefined;
} while (cursor);

const refused = await client.GET("/v1/events", { params: { query: { limit: 1, fields: ["title"], facets: ["type"] } } });
if (!refused.response.ok) throw new Error("a typed query was refused");
