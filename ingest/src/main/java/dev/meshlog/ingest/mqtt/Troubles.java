package dev.meshlog.ingest.mqtt;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What the client library throws, as sentences. None of them quotes what was sent, so none has a password in it. */
final class Troubles {
    private Troubles() {}

    static Trouble of(@Nullable Throwable thrown) {
        Throwable last = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Mqtt5ConnAckException refused) {
                return ofRefusal(refused.getMqttMessage().getReasonCode());
            }
            if (cause instanceof Mqtt5DisconnectException ended) {
                return ofEnd(ended.getMqttMessage().getReasonCode());
            }
            if (cause instanceof Mqtt5SubAckException refused) {
                return new Trouble(
                        Trouble.Kind.REFUSED,
                        "the broker refuses a topic: "
                                + refused.getMqttMessage().getReasonCodes()
                                + "; check the link's topics and what the user may read");
            }
            if (cause instanceof SSLException) {
                return new Trouble(
                        Trouble.Kind.REFUSED,
                        "no TLS with the broker: " + rootMessage(cause)
                                + "; check port, caFile, keyStore and the name in the broker's certificate");
            }
            if (cause instanceof UnknownHostException) {
                return new Trouble(Trouble.Kind.PASSING, "the broker's name is not known: " + cause.getMessage());
            }
            last = cause;
        }
        return new Trouble(
                Trouble.Kind.PASSING,
                last == null ? "the connection is over" : "the connection failed: " + rootMessage(last));
    }

    private static Trouble ofRefusal(Mqtt5ConnAckReasonCode code) {
        return switch (code) {
            case BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED, BAD_AUTHENTICATION_METHOD ->
                new Trouble(
                        Trouble.Kind.REFUSED,
                        "the broker refuses the user or the password (" + code
                                + "); check the link's user and password: they are read again at each try");
            case UNSUPPORTED_PROTOCOL_VERSION ->
                new Trouble(Trouble.Kind.REFUSED, "the broker does not speak MQTT 5; Meshlog needs one that does");
            case CLIENT_IDENTIFIER_NOT_VALID, BANNED, USE_ANOTHER_SERVER, SERVER_MOVED ->
                new Trouble(
                        Trouble.Kind.REFUSED,
                        "the broker refuses this client (" + code + "); check the link's broker and clientId");
            default -> new Trouble(Trouble.Kind.PASSING, "the broker refuses for now (" + code + ")");
        };
    }

    private static Trouble ofEnd(Mqtt5DisconnectReasonCode code) {
        return switch (code) {
            case SESSION_TAKEN_OVER ->
                new Trouble(
                        Trouble.Kind.RIVAL,
                        "another client connected under the same id; two that run at the same time need different clientIds");
            case NOT_AUTHORIZED, ADMINISTRATIVE_ACTION, USE_ANOTHER_SERVER, SERVER_MOVED ->
                new Trouble(Trouble.Kind.REFUSED, "the broker ended the connection (" + code + "); ask who runs it");
            default -> new Trouble(Trouble.Kind.PASSING, "the broker ended the connection (" + code + ")");
        };
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
