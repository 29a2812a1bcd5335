/** What stands around the tables of plugins/dialects/README.md. */

export const intro = `# Dialects

What clients speak. Where a provider speaks the same language, the client's bytes pass: only the model's name, the
credentials and the wish for usage change, what a [redirect sets](../virtual-models/parameters.md) (\`preset.ts\` in the
folders), and what the [generation of Claude](anthropic-messages/README.md) that answers would refuse. Elsewhere the
dialect carries the call over to the model interface of the [AI SDK](https://ai-sdk.dev), and the answer back. The folders
say how; this page says what becomes of each thing that a client can say. The tables are measured against a provider that
writes down what it is sent, and a test keeps them true.

- \`=\` the bytes pass as they are. In a client's own language that is so for everything.
- \`✓\` it arrives, in the provider's words.
- \`~\` it is left out, and \`x-modelway-warning\` says so; with \`STRICT_PARAMETERS\` it is refused instead.
- \`✗\` the provider cannot do it, and leaving it out would change the answer: a 400 that names the field, and the next
  target of a redirect is tried.
- \`–\` it is left out without a word, because the answer is the same without it.
- \`!\` it is left out without a word, although it matters: to be mended.
`

export const outro = `### Tools that run at a provider

Searches, code, pictures: what a vendor's own servers do for its models. Clients of chat and Responses get a provider's own search of
the web, where it has one. Else one rule holds for clients of all languages. Beside tools of the client such a
tool is an offer to the model, which agents make in every call, and go on without. So those targets of a redirect are asked
first that have all of them, whatever its strategy; where none has, it is left out with a warning. Alone, or where
\`tool_choice\` names it, it is what the call is for: a 400 that names it, and the next target of a redirect is tried. So is
always one that needs what the client has there: servers of MCP, stores of files, a container, a computer. What such tools
did in earlier turns is told to a model of another vendor in words, with a warning.

### Names of tools

Vendors refuse names that are too long (64 characters; Anthropic 128), that hold dots or slashes, or, Gemini, that begin with
a digit. Agents make them of the names of MCP servers and their tools. A name that a vendor does not take is shortened for
it, with a mark that is the same each time, and is the client's own again in the answer.

### Where a vendor takes less

| What                                                              | at                            | becomes                                   |
| ----------------------------------------------------------------- | ----------------------------- | ----------------------------------------- |
| \`stop\` of white space alone                                       | Claude                        | left out, with a warning                  |
| more \`stop\` than it takes                                         | OpenAI, Gemini, Cohere        | the first of them, with a warning         |
| \`temperature\` and \`top_p\`                                         | Claude                        | \`temperature\`, with a warning             |
| \`top_p\`, \`top_k\`, penalties, \`temperature\` beyond its own         | Cohere, Mistral               | the nearest that it takes, with a warning |
| both penalties                                                    | Cohere                        | \`frequency_penalty\`, with a warning       |
| a form for the answer, beside tools                               | Cohere                        | told in words, with a warning             |
| a \`seed\` that is no number of its own                             | Gemini, Cohere, Mistral       | another one, the same for the same        |
| a user's words, or the system's, right behind results of tools     | Mistral                       | after a note of the model's (\`Noted.\`)          |
| texts of white space alone, which agents write before their calls | Claude, all models of Bedrock | left out                                  |

### What answers bring beside their words

Sources and pictures reach clients of each language in its own form. Providers of chat say them in forms that OpenAI's
reference does not have, or only for its models that search; these are read: \`citations\` and \`search_results\` at the top
(Perplexity), \`annotations\` of a message (\`url_citation\`, with its place in the text), and \`images\` of a message
(OpenRouter).

|                | clients of chat | clients of Messages       | clients of Responses    | clients of Google's |
| -------------- | --------------- | ------------------------- | ----------------------- | ------------------- |
| sources        | \`annotations\`   | citations of a web search | \`annotations\`           | \`groundingMetadata\` |
| pictures       | \`images\`        | Markdown                  | \`image_generation_call\` | \`inlineData\`        |
| those with URL | \`images\`        | Markdown                  | –                       | \`fileData\`          |

What else a provider of chat says beside its words (\`related_questions\`, logprobs, sound) is for clients of chat only.

### What holds for all of them

**Same language: bytes pass**, both ways, but for the model's name, the credentials, what a redirect sets, and what one
generation of Claude takes and the one behind a redirect refuses. **Another language: the model
interface of the [AI SDK](https://ai-sdk.dev)** stands in between: a dialect is carried over to it, a provider package
takes it from there. What a provider cannot express is translated; or refused by name with a 400, after the next target
has been tried; or left out and named in the header \`x-modelway-warning\`. \`STRICT_PARAMETERS=true\` refuses that too.
Bodies in the shape of
Responses or Messages that arrive at \`/v1/chat/completions\`, as some editors send them, are understood; so are bodies that
are packed (\`content-encoding\`: gzip, deflate, br, zstd), up to \`BODY_SIZE_LIMIT\` when they are unpacked.

**Streams**: the first events that say nothing yet are held back for up to two seconds, so that a failure right behind
them is still tried elsewhere; silence is broken by a comment every \`PING_INTERVAL\` (\`0\`: never); a provider that dies
mid-way is an error event in the client's language, never a clean end. \`ON_HANGUP=drain\` reads on when a client goes
away, for the true bill; by default the call is cancelled and what it cost is estimated. Who takes nothing of an answer
for four minutes has gone away, too.

**Headers** of an answer say who served it (\`x-modelway-model\`, \`-provider\`, \`-attempts\`), how many milliseconds of a
whole answer's time were not the provider's (\`-overhead-ms\`), how many it stood in line before (\`-queued-ms\`), and
what the provider says of its limits, by the names that the client's language has for them (\`x-ratelimit-…\` or \`anthropic-ratelimit-…\`). \`SERVED_MODEL_HEADERS=false\` keeps
all of it to the gateway. \`COST_HEADER=true\` adds what a whole answer cost (\`x-modelway-cost-usd\`),
\`COST_IN_STREAMS=true\` a \`cost\` to the usage that a stream reports, both only where the price is known. Pages of other
origins may call models from a browser, with a key, where \`CORS_ORIGINS=https://app.example.com\` names them.
`
