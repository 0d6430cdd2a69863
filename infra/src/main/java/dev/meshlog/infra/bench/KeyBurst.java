package dev.meshlog.infra.bench;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.SharedContact;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;

/** What programs do that do not pace themselves: every contact at once, and none a second time. */
final class KeyBurst {
    private static final long OWN = 0x4000;
    private static final int ADMIN = 6;
    private static final long MINUTE = 60_000_000_000L;

    private KeyBurst() {}

    /** How many of so many keys the radio does not have afterwards. In virtual time: it is the same every time. */
    static int lost(int keys) {
        var radio = new RadioModel(OWN, RadioLimits.MEASURED.withNodes(keys + 2));
        if (!radio.connect(0)) {
            throw new IllegalStateException("a new radio takes a client");
        }
        for (int node = 1; node <= keys; node++) {
            radio.receive(contact(node), 0);
        }
        var unused = radio.run(MINUTE);
        return keys - radio.nodes().favorites();
    }

    private static ToRadio contact(int node) {
        return ToRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setTo((int) OWN)
                        .setId(node)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(ADMIN)
                                .setPayload(AdminMessage.newBuilder()
                                        .setAddContact(SharedContact.newBuilder()
                                                .setNodeNum(node)
                                                .setUser(User.newBuilder()
                                                        .setPublicKey(ByteString.copyFrom(BenchTables.key(node)))))
                                        .build()
                                        .toByteString())))
                .build();
    }
}
