package dev.meshlog.ingest.virtual;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.SentMessage;
import java.util.ArrayList;
import java.util.List;

/** A radio's link that takes everything, until it is told otherwise. */
final class FakeUplink implements Uplink {
    final List<SentMessage> records = new ArrayList<>();
    final List<MeshPacket> relayed = new ArrayList<>();
    final List<Integer> configsAsked = new ArrayList<>();
    boolean away;
    boolean diskFull;
    /** It takes packets and does not hand them over. */
    boolean keeping;

    private final List<Runnable> kept = new ArrayList<>();

    void handOver() {
        kept.forEach(Runnable::run);
        kept.clear();
    }

    @Override
    public String link() {
        return "roof";
    }

    @Override
    public boolean record(SentMessage message) {
        return !diskFull && records.add(message);
    }

    @Override
    public boolean relay(MeshPacket packet, Runnable handedOver) {
        if (away) {
            return false;
        }
        relayed.add(packet);
        if (keeping) {
            kept.add(handedOver);
        } else {
            handedOver.run();
        }
        return true;
    }

    @Override
    public boolean askForConfig(int nonce) {
        return configsAsked.add(nonce);
    }
}
