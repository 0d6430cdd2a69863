package dev.meshlog.ingest.mqtt;

/**
 * Why there is no connection.
 *
 * @param kind how soon another try makes sense
 * @param sentence what happened and, where somebody can do something, what
 */
record Trouble(Kind kind, String sentence) {
    enum Kind {
        /** The network or the broker: it may be over in a moment. */
        PASSING,
        /** Another client came under the same id. */
        RIVAL,
        /** It needs a change of the configuration, here or there. */
        REFUSED
    }
}
