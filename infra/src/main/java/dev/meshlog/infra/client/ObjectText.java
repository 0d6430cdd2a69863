package dev.meshlog.infra.client;

import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.ObjectRef;
import java.util.Optional;

/** Objects as people write them. */
public final class ObjectText {
    private ObjectText() {}

    /** Of {@code ID@VERSION}; empty without a version. */
    static Optional<ObjectRef> withVersion(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            return Optional.empty();
        }
        String version = text.substring(at + 1);
        if (!version.matches("[0-9]{1,18}")) {
            throw new UserError("'" + version + "' is no version", "write the object as ID@VERSION");
        }
        return Optional.of(new ObjectRef(id(text.substring(0, at)), Long.parseLong(version)));
    }

    /** @throws UserError when the text is not an id or a key */
    public static Hash id(String text) {
        try {
            return Hash.ofHex(text);
        } catch (IllegalArgumentException e) {
            throw new UserError("'" + text + "' is no id or key", "it has 64 hex digits", e);
        }
    }
}
