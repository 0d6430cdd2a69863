package dev.meshlog.ingest.keysync;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.time.Instant;

/** Records as far as what they are about is known; where and when is filled in by who writes them. */
final class Records {
    private Records() {}

    static KeyPush.Builder about(Contact contact, KeyPushKind kind, KeyPushCause cause) {
        return of(kind, cause)
                .setNode(contact.node())
                .setKey(new Bytes32(contact.key().toByteArray()));
    }

    static KeyPush.Builder of(KeyPushKind kind, KeyPushCause cause) {
        return KeyPush.newBuilder()
                .setNetwork("")
                .setLink("")
                .setAtMs(Instant.EPOCH)
                .setKind(kind)
                .setCause(cause);
    }
}
