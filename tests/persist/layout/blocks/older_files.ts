/**
 * Block files as an earlier kvlab has written them, in the format `kvlab-blocks/1`: three blocks of one shard in each,
 * after two writes, so that the keys which moved in the second are in two of them.
 *
 * @module
 */
import type { SerializerName } from "../../../../lib/codec/codec.ts";

/** The bytes of a file of blocks of 512 B for 256 shards, by its serializer. */
export async function olderFile(serializer: SerializerName): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = Uint8Array.fromBase64(ZIPPED[serializer]);
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What it holds: the keys are all of one shard. */
export const OLDER_VALUES: readonly (readonly [key: string, value: string])[] = [
  ["k19", `second ${"y".repeat(80)}`],
  ["k787", "second"],
  ["k797", `third ${"z".repeat(180)}`],
  ["k1139", `first 3 ${"x".repeat(40)}`],
  ["k1411", `first 4 ${"x".repeat(40)}`],
  ["k1867", `first 5 ${"x".repeat(40)}`],
  ["k2233", "second"],
  ["k2303", `first 7 ${"x".repeat(40)}`],
  ["k2681", `first 8 ${"x".repeat(40)}`],
  ["k2753", `first 9 ${"x".repeat(40)}`],
  ["k2927", `first 10 ${"x".repeat(40)}`],
  ["k3016", `first 11 ${"x".repeat(40)}`],
  ["k3020", "new"],
];

const ZIPPED: Readonly<Record<SerializerName, string>> = {
  json: "H4sIAAAAAAACA+3d227iRhzA4fs+BfI1VT0z+MTLrMypi5KSCtB2t1HevQ6oDBEVWqsnRfl+Vwjyt4k/xnA3z8Xmaf9LfyzmxcOX" +
    "x37x4+Lxaflw+CkU02KzfVwX8/L84FDMw7Q4fO73q+FhrOppcfrTT4tvx9cXqxCnxfrrcb07fjofo5jXsz+fOk8v98sUhzOl1M7K" +
    "btUVLxP9r/3gEnxs/+fzKj4t89PiLuZpWvza/zys/GFBf1nvD9un3bB6X1f37rjfvq715+IhdrEZVvJmuz8cJ6GcfP3OhtvKQypD" +
    "nWfD98+6Xfyd8v23D2lWh7AsXrJ/uPUPd/xDW2f/ahR/jCldRutxo6nMo8240boNl9F23GhT5bN27/bjmv2robZfhmv/eOtf3vPv" +
    "Lldk3OJv2qv7xrjJLk/GUZMhpPx207jRWcgfm9m7vlVl/+ViVW3aanPtn27907V/+9b/jHH8vN2vJr+/w87fQ7Ec/ond+rcP8c1y" +
    "9fu7WiyasFgP/r4W/f4Xf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EX" +
    "f/EXf/EXf/EXf/EXf/EXf/EXf/EXf/EXf/HXrf9l/+fydv/neGf/59jFq328x20BnspQ59lxm4Cf9h0/rJdPu9Xk2z9c3mT8XzrB" +
    "X5705b/f/3lTrst1WzXX+3+HW/9wxz+0dfavRhHGmNLlGp+eSGW6HKsZd6y6zduzt+NGmyqftXvXO7uP9Y/NrIl93137x1v/8p5/" +
    "d7l24xZ/0zZv8M8L7nykOO5WEFJ+E2nc6Czkj83sA9i/9W83dR/6xdL+737/ib/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4" +
    "i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i7/4i79u/P8AQL+MNQAEAQA=",
  cbor: "H4sIAAAAAAACA+3dP4vbdhgHcNnXTO2UKUkp3JKlJNSS7ix7KR2ua8YEsgSfJfuMLr5gmdTpmHdQyr2BQsh7CCnJkBeRKVDo2m5d" +
    "OtX/TjitMZZpyzX9fAYjIZ6fjL6/Rxqft9fuB0Fw93mvdzZ62BkP88ennePbx6dn3bz4Ikx7g9MsyGa/Ra1XnHRGaXG9FuTz6w+O" +
    "n4yz4no9eJhNxtlw/GBRde2r/uK8qB39cOuXzwPgknqezbv2xuw4mzf47HAvfdTpZ7Ojev9xNioGZ8NPlwWf9KetPRpkxYvZ1SyP" +
    "2lEyCXuDUTHeDxv7ky1ledwIm2VhuHVh/1EnTQfD/vS1VUvkt5OsO+rG0dHvR1/+uJJ/bV3+tY35X8nysNVMJo1FjIcV4o+iOL6o" +
    "a1apixtlXVKlrtkKL+paVeqSw/J+7V12afDdZc0/ffrznZX86+vyDzbn383D9sXT2b750zxplZsmrFLWLsuiChmGYVz+y7hK3UFY" +
    "7pmDnbI/v8z9//Fnvz1dyX9vXf57f87/6nvv/0UkL8Yng1G6/+1/0Ow7FDW6w+yb1dje/S/e/7/evfPSxxAAAAAAAAAAAAAAAAAA" +
    "AAAAAAAAAAAAAAAAAAAAAP5qZf5zsG7+c33j/OePpvPR21EyCZejvBsVhmvHjbBZFm4/BHw+cfxekXXPhun+k7/ZYpx1/g+tvs7q" +
    "1OmT4N+d//zTm1dfr+RfW5d/bWP+V6Yz0lvNcib7YYX4oyiOe4sHPT2JG/HFIkmVRZqtckB7q0pdcljer73TYPeXH8D87+/Pz5+t" +
    "5F9fl3+wOf95Ny4f5PbNP22zVrIMf9FyyyWiChmGYVzeOq5SdxCWe+Zgp+xfBx/G/Pebw+iGLyAAAAAAAAAAAAAAAAAAAAAAAAAA" +
    "AAAAAAAAAAAAAMD7/gCq0MwWAAQBAA==",
  raw: "H4sIAAAAAAACA+3dvWsbZxwH8PNLO7VLh0DJYo4MHVys5066k0yHEEr+hZYujl9kYuTYYIk2aQn1miHkv8kQmn+hdC506lToXtql" +
    "vce66GzhQT6SJiafDzx6hKT73cv3Ht34G317uL3z+d5wvLsRbiZJ8kO6f3zyYHuSbqajs692Do93R+ONkK6n+weHw3SzM30zTjfD" +
    "ejq+v32yV73NesV6evbTrZ1Hk/hlL2Tr6fDhZHg02ZrWSDeL7quP4taPf//4yz8S4K2pFvlOnFeqsTz79LPbt6rXD6oRqtGNv8sG" +
    "WVnN+wcn48la6Kw9XNB8nbwTiqZOuEodXm/uT57euRHnpTr/pXP536tz69RjFPpFk39v4dgu1MiyPJ/VKFrWyDtNjbJljaIfZjX6" +
    "LWuUveY4BgvX+Lfyzqz7u92/4rxc55/M5b9yIf9Bfa6LL/3V89uX/bJe8y23H9TbZ+3yCiEfzPLKW9bohua+6V67zOfz/+K3n5/H" +
    "eaXOurkHstvxWsXr/6IaP9XXf3L/4GRv7ftraPpftlKfU/UMymKeR8Pv3uv//4+efrrqSQgAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" +
    "AAAAAAAAAMnlfcCTaW/k5aTp/3wvmfZMjv2uu2f9zgdZ0/89LN4EfL5O3glFUydcpU48xq+q8XXdj3w83D0+2lt79JrFHtGno2of" +
    "R3Xf6ze0n0v3/X/1Co+5H//97J84L9XXdumS/Jve5/2iyb93pf7pH76qkWV5Xs3T65kkrXqwZ3knnx1H2a6Pe1b0mz7u/ZY1yl5z" +
    "HINr1ws+5v7ym09+ifPyhd7vTf7VZ6fxXLN6vU3PdfGlv3o++7JfXjX31fP7r9bhdP9Zu7xCyAezvPKWNbqhuW+61y7z+fxv/vjn" +
    "r56AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAF/0HJ/NjVgAEAQA=",
};
