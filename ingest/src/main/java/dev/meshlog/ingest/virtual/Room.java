package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The room in the radio's queue, as clients are told it. A radio speaks of it only when it is sent something, and its clients send nothing while
 * they believe that there is none: so that none is believed for a while only. One thread; time is handed in, in nanoseconds.
 */
final class Room {
    private static final Duration NONE_AT_MOST = Duration.ofSeconds(5);
    private static final QueueStatus EMPTY =
            QueueStatus.newBuilder().setFree(16).setMaxlen(16).build();

    private QueueStatus last = EMPTY;
    private @Nullable Long noneSince;
    private boolean rose;

    void said(QueueStatus status) {
        becomes(status.toBuilder().clearRes().clearMeshPacketId().build());
    }

    /** The next session begins with an empty queue. */
    void radioEnded() {
        becomes(EMPTY);
    }

    private void becomes(QueueStatus status) {
        rose = status.getFree() > 0 && (rose || last.getFree() == 0);
        noneSince = status.getFree() > 0 ? null : noneSince;
        last = status;
    }

    /** @return whether there is room again, for the first time after there was none */
    boolean rose(long now) {
        if (last.getFree() == 0) {
            noneSince = noneSince == null ? now : noneSince;
            if (now - noneSince >= NONE_AT_MOST.toNanos()) {
                becomes(last.toBuilder().setFree(1).build());
            }
        }
        boolean news = rose;
        rose = false;
        return news;
    }

    ByteString status() {
        return status(0, 0);
    }

    /** @param error 0: the packet is taken; otherwise as in a Routing message */
    ByteString status(int packetId, int error) {
        return FromRadio.newBuilder()
                .setQueueStatus(last.toBuilder().setMeshPacketId(packetId).setRes(error))
                .build()
                .toByteString();
    }
}
