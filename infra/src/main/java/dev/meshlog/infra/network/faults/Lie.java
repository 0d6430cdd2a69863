package dev.meshlog.infra.network.faults;

/** What a {@link LyingValidator} does against the rules, each by itself or together with others. */
enum Lie {
    /** Two vertices a round: one for half of the peers, the other for the rest. */
    FORKS,
    /** Dozens of vertices for one round, each valid, which nobody asked for: to one peer, who would pass them on to the others. */
    FLOODS,
    /** Valid vertices hundreds of rounds ahead, and some thousands. */
    FUTURE_ROUNDS,
    /** Vertices whose parents nobody will ever see: its own that it keeps to itself, and those that it says others made. */
    HIDDEN_PARENTS,
    /** It says that it is a million rounds ahead. */
    BOASTS,
    /** Questions that it takes and does not answer. */
    STALLS,
    /** Chunks of true snapshots with one wrong byte. */
    BAD_CHUNKS,
    /** Vertices that break a rule, bytes that are no message, messages where others belong. */
    GARBAGE
}
