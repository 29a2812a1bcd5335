import type { Plugin } from '../../src/contract/plugin.ts'
import anthropic from './anthropic.ts'
import assemblyai from './assemblyai.ts'
import azure from './azure.ts'
import bedrock from './bedrock/index.ts'
import cerebras from './cerebras.ts'
import cloudflare from './cloudflare.ts'
import cohere from './cohere/index.ts'
import deepgram from './deepgram.ts'
import deepseek from './deepseek.ts'
import elevenlabs from './elevenlabs.ts'
import fireworks from './fireworks.ts'
import gemini from './gemini.ts'
import githubModels from './github-models.ts'
import groq from './groq.ts'
import { hosts } from './hosts.ts'
import llamacpp from './llamacpp.ts'
import lmstudio from './lmstudio.ts'
import { local } from './local.ts'
import { makers } from './makers.ts'
import mistral from './mistral.ts'
import moonshot from './moonshot.ts'
import nvidia from './nvidia.ts'
import ollama from './ollama.ts'
import openai from './openai.ts'
import openrouter from './openrouter.ts'
import perplexity from './perplexity.ts'
import { resellers } from './resellers.ts'
import sglang from './sglang.ts'
import tei from './tei.ts'
import together from './together.ts'
import vertex from './vertex/index.ts'
import vllm from './vllm.ts'
import voyage from './voyage.ts'
import xai from './xai.ts'
import zai from './zai.ts'

/**
 * Every vendor. The order decides: a bare model id goes to the first provider that lists
 * it. Those who make their models come first, then those who host the models of others, then one's own machines; a
 * reseller with thousands of ids must not take a name from its maker. Within a group the alphabet rules, after OpenAI.
 *
 * The last three lines came later, and the same holds among them. They stand behind all others, so that a key which lay
 * about before they were known here takes no name away.
 */
export const providers: readonly Plugin[] = [
  ...[openai, anthropic, azure, cohere, deepseek, gemini, mistral, moonshot, perplexity, xai, zai],
  ...[bedrock, cerebras, fireworks, groq, nvidia, together, vertex, openrouter],
  ...[llamacpp, lmstudio, ollama, sglang, vllm],
  ...[...makers, voyage, deepgram, elevenlabs, assemblyai],
  ...[...hosts, cloudflare, githubModels, ...resellers],
  ...[...local, tei],
]
