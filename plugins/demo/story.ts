/** Long enough to watch a stream, to stop it half-way, and to see it end. */
export const story = `In a harbour town there was a lighthouse keeper whose lamp could do only one thing: shine. Ships came from everywhere, and each of them asked in a language of its own. "Where is the deep water?" signalled one with flags. "How far to the pier?" tapped another with a hammer on its hull. The keeper understood flags, and he understood hammers, but it made his evenings long.

So he hired a gate. It was a small gate, painted green, and it stood where the harbour road meets the sea. Whoever came had to pass it. The gate knew every flag and every hammer. It knew which captain belonged to which company, which of them were allowed to ask for the pilot, and which only for the time of day. When the pilot slept, it woke another one, and the captain never noticed.

One night a fog came in that swallowed flags and hammers alike. The ships waited, and the keeper could not see them. But the gate had written down who had passed, when, and what they had wanted. The keeper read the list, turned his lamp to where the last ship had to be, and shone. One by one they came in, each thinking the light was meant for it alone.

In the morning the captains brought the keeper a new coat of paint for his tower. He gave half of it to the gate. It is still green, and if you ask it kindly, it will tell you this story again, word by word.`
