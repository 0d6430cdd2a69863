package dev.meshlog.infra.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a node is to its ledger's network. */
public enum LedgerMode {
    /** Has a genesis with itself as a validator; makes both on its first start. */
    BOOTSTRAP,
    /** Joins, and produces. */
    VALIDATOR,
    /** Joins, follows, and never produces. */
    LISTENER;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static @Nullable LedgerMode of(String text) {
        for (LedgerMode each : values()) {
            if (each.text().equals(text)) {
                return each;
            }
        }
        return null;
    }
}
