package dev.meshlog.ingest.keysync;

import dev.meshlog.schemas.radio.KeyPushCause;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A key on its way to a radio, over all attempts. */
final class Push {
    /** After so many without an acknowledgement the radio is left alone until somebody asks again. */
    static final int MOST_ATTEMPTS = 5;

    /** What was sent last; before that, what will be. */
    Contact contact;

    final KeyPushCause cause;
    /** The operator's, if there is one. */
    @Nullable String request;

    int attempt;
    /** Packet ids of all attempts: an old one may still be acknowledged. */
    final List<Integer> ids = new ArrayList<>();
    /** Packets that go out when the radio has the key, or will not get it. */
    final List<Relay> before = new ArrayList<>();
    /** Ids of the node's messages that the radio could not read. */
    final List<Integer> unread = new ArrayList<>();

    /** Why it was given up. */
    @Nullable String failure;

    Push(Contact contact, KeyPushCause cause, @Nullable String request) {
        this.contact = contact;
        this.cause = cause;
        this.request = request;
    }

    /** Somebody waits for a message. */
    boolean isUrgent() {
        return !before.isEmpty() || !unread.isEmpty();
    }
}
