/**
 * What the measurements were made with: the machine, the versions, the load.
 *
 * @module
 */
import { readableNumber } from "../../result/format.ts";
import { type Fields, isFields, numberIn } from "../../result/json.ts";
import { type Html, html, NOTHING } from "../html.ts";
import type { Environment, ReportData } from "../report_data.ts";
import { commandHtml, section } from "./parts.ts";

export function environmentSection({ environments, sweeps, configurations }: ReportData): Html {
  if (environments.length === 0) return NOTHING;
  const few = configurations.length <= 3;
  return section(
    {
      id: "environment",
      title: "Measured on",
      reading: "Figures differ on another machine, or on this one under other work; ratios carry over better.",
    },
    ...environments.map((environment) => environmentHtml(environment, environments.length > 1)),
    ...sweeps.map(({ header }) =>
      html`<h3>The load of the sweep</h3>${commandHtml(["kvlab", ...header.load_args, "…"].join(" "), "the load")}
${factsHtml(optionFacts(header.options))}`
    ),
    ...(few && sweeps.length === 0
      ? configurations.map(({ id, command, options }) =>
        html`<h3>Options of ${id}</h3>${commandHtml(command, id)}${factsHtml(optionFacts(options))}`
      )
      : []),
  );
}

function environmentHtml({ of, kvlab, machine }: Environment, isOneOfSeveral: boolean): Html {
  const facts = Object.entries(machine).flatMap(([name, value]): [string, string][] => {
    if (value === null || typeof value === "object") return [];
    if (name === "memory_bytes") return [["memory", `${((numberIn(machine, name) ?? 0) / 2 ** 30).toFixed(1)} GiB`]];
    return [[name.replaceAll("_", " "), String(value)]];
  });
  const heading = isOneOfSeveral ? html`<h3>${of.join(", ")}</h3>` : undefined;
  return html`${heading}${factsHtml([...(kvlab === "" ? [] : [["kvlab", kvlab] as const]), ...facts])}`;
}

/** Options with their values; what is null is not given. */
function optionFacts(options: Fields): [string, string][] {
  return Object.entries(options).filter(([, value]) => value !== null)
    .map(([name, value]) => [name.replaceAll("_", " "), optionText(value)]);
}

function optionText(value: unknown): string {
  if (typeof value === "number") return readableNumber(value);
  if (!isFields(value)) return String(value);
  return Object.entries(value).map(([name, part]) => `${name.replaceAll("_", "-")} ${optionText(part)}`).join(", ");
}

/** Names with their values. */
function factsHtml(facts: readonly (readonly [name: string, value: string])[]): Html {
  return html`
    <dl class="facts">${facts.map(([name, value]) =>
      html`
        <dt>${name}</dt>
        <dd>${value}</dd>
      `
    )}</dl>
  `;
}
