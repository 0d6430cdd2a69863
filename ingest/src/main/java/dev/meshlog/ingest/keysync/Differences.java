package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tells once, over all sessions, where a radio has another key than the table. It is never overwritten: nobody knows yet which one is right. */
final class Differences {
    private static final int REMEMBERED = 4096;

    private final Outside outside;
    private final Map<Told, Boolean> told = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Told, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    Differences(Outside outside) {
        this.outside = outside;
    }

    private record Told(long radio, long node, ByteString key, ByteString held) {}

    void tell(long radio, Contact contact, ByteString held) {
        var difference = new Told(radio, contact.node(), contact.key(), held);
        if (!told.containsKey(difference)
                && outside.write(Records.about(contact, KeyPushKind.DIFFERS, KeyPushCause.UNKNOWN)
                        .setDetail("the radio has " + Hex.of(held.toByteArray())))) {
            told.put(difference, true);
        }
    }
}
