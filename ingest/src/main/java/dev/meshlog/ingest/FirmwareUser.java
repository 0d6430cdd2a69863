package dev.meshlog.ingest;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.RadioNode;
import java.nio.charset.StandardCharsets;

/** What the tables know of a node's user, as the firmware and its clients take it. */
public final class FirmwareUser {
    /** In bytes: with one more the firmware throws the whole message away without an answer. */
    private static final int LONG_NAME = 39;

    private static final int SHORT_NAME = 4;

    private FirmwareUser() {}

    /** As much of the name as fits. */
    public static ByteString longName(String name) {
        return cut(name, LONG_NAME);
    }

    /** As much of the name as fits. */
    public static ByteString shortName(String name) {
        return cut(name, SHORT_NAME);
    }

    /** Adds everything but names and keys. The hardware stays that of the user, if it says one: it can't change. */
    public static void add(RadioNode facts, User.Builder user) {
        if (!user.hasHardwareModel() && facts.getHardwareModel() != null) {
            user.setHardwareModel(facts.getHardwareModel());
        }
        if (facts.getRole() != null) {
            user.setRole(facts.getRole());
        }
        if (facts.getLicensed() != null) {
            user.setLicensed(facts.getLicensed());
        }
        if (facts.getUnmessagable() != null) {
            user.setUnmessagable(facts.getUnmessagable());
        }
    }

    /** Whole characters only: text that is not UTF-8 makes a message unreadable for most clients. */
    private static ByteString cut(String name, int limit) {
        int size = 0;
        int end = 0;
        while (end < name.length()) {
            int next = name.offsetByCodePoints(end, 1);
            size += name.substring(end, next).getBytes(StandardCharsets.UTF_8).length;
            if (size > limit) {
                break;
            }
            end = next;
        }
        return ByteString.copyFromUtf8(name.substring(0, end));
    }
}
