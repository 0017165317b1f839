/**
 * Tests of the escaping: nothing that is not HTML gets into it.
 *
 * @module
 */
import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { Html, html, scriptJson } from "../../lib/page/html.ts";

Deno.test("html`` escapes texts and numbers, and takes HTML, lists and nothing as they are", () => {
  const list = ["<i>", new Html("<br>"), undefined];
  assertEquals(
    html`<p title="${`"'`}">${"a & b < c > d"}${7}${list}</p>`.text,
    '<p title="&quot;&#39;">a &amp; b &lt; c &gt; d7&lt;i&gt;<br></p>',
  );
});

Deno.test("html`` lets no text begin or end an element or a quoted attribute", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assertFalse(/[<>"']/.test(html`${text}`.text));
  }));
});

Deno.test("scriptJson() is JSON of the value, and holds nothing that could end its script", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const { text } = scriptJson(value);
    assertFalse(/[<>&\u2028\u2029]/.test(text));
    assertEquals(JSON.parse(text), JSON.parse(JSON.stringify(value)));
  }));
  assertEquals(scriptJson("</script><!--").text, '"\\u003c/script\\u003e\\u003c!--"');
});
