package dev.meshlog.ingest.simulation;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.SharedContact;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;
import java.util.HashSet;
import java.util.Set;

/** Gives a radio contacts with so many under way, and gives none of them a second time. */
final class NaiveClient {
    private static final long STEP = 1_000_000;
    private static final long PATIENCE = 2_000_000_000L;

    private final RadioModel radio;
    long now;

    NaiveClient(RadioModel radio) {
        this.radio = radio;
    }

    /** Returns when nothing more is acknowledged. */
    void give(int contacts, int outstanding) {
        Set<Integer> underWay = new HashSet<>();
        int next = 1;
        long quietSince = now;
        while (now - quietSince < PATIENCE) {
            while (next <= contacts && underWay.size() < outstanding) {
                underWay.add(next);
                radio.receive(contact(radio.own(), 0x100 + next, next, key(next)), now);
                next++;
            }
            now += STEP;
            for (RadioModel.Said said : radio.run(now)) {
                if (underWay.remove(said.message().getPacket().getDecoded().getRequestId())) {
                    quietSince = now;
                }
            }
        }
        now = quietSince;
    }

    static ByteString key(int number) {
        return ByteString.copyFrom(new byte[] {(byte) number, (byte) (number >> 8), 7})
                .concat(ByteString.copyFrom(new byte[29]));
    }

    static ToRadio contact(long radio, int node, int id, ByteString key) {
        return ToRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setTo((int) radio)
                        .setId(id)
                        .setWantAck(true)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(6)
                                .setPayload(AdminMessage.newBuilder()
                                        .setAddContact(SharedContact.newBuilder()
                                                .setNodeNum(node)
                                                .setUser(User.newBuilder().setPublicKey(key)))
                                        .build()
                                        .toByteString())))
                .build();
    }
}
