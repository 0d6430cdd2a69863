package dev.meshlog.streams.query;

import dev.meshlog.schemas.radio.RadioNode;

/** What the tables can say of a node's key. */
public enum KeyFinding {
    KEY("its key is in the table"),
    NO_KEY("it says who it is, but no key came with that: its firmware may be older than 2.5, or it has none"),
    NO_NODEINFO("it was heard, but its NODEINFO was not: the key comes with that"),
    UNKNOWN("no link has heard of it");

    private final String sentence;

    KeyFinding(String sentence) {
        this.sentence = sentence;
    }

    /** @param node as the tables have it, {@code network/!hex} */
    public static KeyFinding of(RadioTables tables, String node) {
        if (tables.keys().containsKey(node)) {
            return KEY;
        }
        RadioNode known = tables.nodes().get(node);
        if (known == null) {
            return UNKNOWN;
        }
        boolean named = known.getLongName() != null || known.getShortName() != null || known.getHardwareModel() != null;
        return named ? NO_KEY : NO_NODEINFO;
    }

    /** For people. */
    public String sentence() {
        return sentence;
    }
}
