package dev.meshlog.infra.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KeyFileFormatTest {
    private static final String HEX = "fb".repeat(32);
    private static final String BASE64 = Base64.getEncoder().encodeToString(bytes().toByteArray());

    private final List<NodeInfo> nodes = new ArrayList<>();
    private final List<String> networks = new ArrayList<>();
    private final List<String> bad = new ArrayList<>();

    private static ByteString bytes() {
        byte[] key = new byte[32];
        java.util.Arrays.fill(key, (byte) 0xfb);
        return ByteString.copyFrom(key);
    }

    private KeyFileFormatTest read(KeyFileFormat format, String text) throws IOException {
        format.read(new StringReader(text), new NodeSink() {
            @Override
            public void node(long line, @Nullable String network, NodeInfo node) {
                nodes.add(node);
                networks.add(String.valueOf(network));
            }

            @Override
            public void bad(long line, String reason) {
                bad.add(line + " " + reason);
            }
        });
        return this;
    }

    private List<String> ids() {
        return nodes.stream()
                .map(node -> NodeNumber.text(NodeNumber.of(node.getNum())))
                .toList();
    }

    @Test
    void nodeListOfTheClientIsReadWithAllThatItSays() throws IOException {
        read(KeyFileFormat.NODES, """
                Connected to radio

                Owner: Me (ME)
                Nodes in mesh: {
                  "!b73120ea": {
                    "num": 3073450218,
                    "user": {
                      "id": "!b73120ea",
                      "longName": "Station Ost",
                      "shortName": "OST",
                      "macaddr": "24bm/u8A",
                      "hwModel": "TBEAM",
                      "publicKey": "%s",
                      "role": "ROUTER"
                    },
                    "position": {"latitudeI": 485000000, "longitudeI": 92000000, "altitude": 250},
                    "snr": 6.25,
                    "lastHeard": 1790000000,
                    "deviceMetrics": {"batteryLevel": 101, "voltage": 4.1},
                    "hopsAway": 2,
                    "isFavorite": true
                  }
                }

                Preferences: {}
                """.formatted(BASE64));
        assertThat(bad).isEmpty();
        NodeInfo node = nodes.get(0);
        assertThat(ids()).containsExactly("!b73120ea");
        assertThat(node.getUser().getPublicKey()).isEqualTo(bytes());
        assertThat(node.getUser().getLongName().toStringUtf8()).isEqualTo("Station Ost");
        assertThat(node.getUser().getMacAddress().size()).isEqualTo(6);
        assertThat(node.getUser().getRole()).isEqualTo(2);
        assertThat(node.getUser().hasHardwareModel())
                .as("a model's name has no number here")
                .isFalse();
        assertThat(node.getPosition().getLatitudeI()).isEqualTo(485_000_000);
        assertThat(node.getSnr()).isEqualTo(6.25f);
        assertThat(node.getLastHeard()).isEqualTo(1_790_000_000);
        assertThat(node.getDeviceMetrics().getBatteryLevel()).isEqualTo(101);
        assertThat(node.getHopsAway()).isEqualTo(2);
        assertThat(node.getFavorite()).isTrue();
    }

    @Test
    @DisplayName("KS-17 KS-18 KS-19 KS-20 no user, null user, empty node and empty key are a node without a key")
    void nodeWithoutUserIsANodeWithoutKey() throws IOException {
        read(KeyFileFormat.NODES, """
                {"!00000001": {"num": 1},
                 "!00000002": {"num": 2, "user": null},
                 "!00000003": {},
                 "!00000004": {"user": {"publicKey": ""}},
                 "!00000005": {"user": {"longName": null, "publicKey": null}}}
                """);
        assertThat(bad).isEmpty();
        assertThat(ids()).hasSize(5);
        assertThat(nodes).allMatch(node -> node.getUser().getPublicKey().isEmpty());
    }

    @Test
    @DisplayName("KS-21 KS-22 LV-11 PS-08 DB-08 a bad record is named with its line, and the others come")
    void badRecordsAreNamedAndStopNobody() throws IOException {
        read(KeyFileFormat.NODES, """
                {"!00000001": {"num": 1},
                 "!00000002": null,
                 "!00000003": {"num": 4},
                 "Station": {"user": {"id": "!00000005"}},
                 "!ffffffff": {},
                 "!00000006": {"user": {"longName": "Six", "publicKey": "notakey"}},
                 "!00000007": {"user": {"publicKey": "%s"}},
                 "!00000008": {"num": 8}}
                """.formatted(HEX));
        assertThat(ids()).containsExactly("!00000001", "!00000006", "!00000007", "!00000008");
        assertThat(nodes.get(1).getUser().getLongName().toStringUtf8())
                .as("the rest of the node is kept")
                .isEqualTo("Six");
        assertThat(bad).hasSize(6);
        assertThat(bad.get(0)).isEqualTo("2 !00000002: no object");
        assertThat(bad.get(1)).startsWith("3 !00000003: it says that it is node !00000003 and, in num, !00000004");
        assertThat(bad.get(2)).startsWith("4 Station: 'Station' is not a node number");
        assertThat(bad.get(3)).startsWith("5 !ffffffff: ");
        assertThat(bad.get(4)).startsWith("6 !00000006: the key: keys are 32 bytes in base64 here");
        assertThat(bad.get(5)).as("hex is valid base64").contains("it has 48 bytes, a key has 32");
    }

    @Test
    @DisplayName("KS-23 KS-24 DB-02 every form of a number is the same node")
    void everyFormOfANumberIsOneNode() throws IOException {
        read(KeyFileFormat.CSV, "node,key\n305419896,\n!12345678,\n!12345678,\n0x1,\n12345678,\nABCDEF01,\n");
        assertThat(ids()).containsExactly("!12345678", "!12345678", "!12345678", "!00bc614e", "!abcdef01");
        assertThat(bad).singleElement().asString().startsWith("5 '0x1' is not a node number");
    }

    @Test
    @DisplayName("KS-25 two entries of one node are both read, the table judges")
    void twoEntriesOfOneNodeAreBothRead() throws IOException {
        read(KeyFileFormat.NODES, """
                {"305419896": {"user": {"publicKey": "%s"}}, "!12345678": {"user": {"longName": "x"}}}
                """.formatted(BASE64));
        assertThat(ids()).containsExactly("!12345678", "!12345678");
    }

    @Test
    @DisplayName("DB-03 DB-04 hardware model as a number, and with it the node, is kept")
    void hardwareModelAsANumberIsKept() throws IOException {
        read(KeyFileFormat.NODES, "{\"!00000001\": {\"user\": {\"hwModel\": 123, \"role\": 99}}}");
        assertThat(nodes.get(0).getUser().getHardwareModel()).isEqualTo(123);
        assertThat(nodes.get(0).getUser().getRole()).isEqualTo(99);
    }

    @Test
    @DisplayName("LV-03 a key under either name is read, and two that differ are none")
    void keyUnderEitherNameIsRead() throws IOException {
        String other = "A".repeat(42) + "E=";
        read(KeyFileFormat.NODES, """
                {"!00000001": {"user": {"public_key": "%1$s"}},
                 "!00000002": {"user": {"publicKey": "%1$s", "public_key": "%1$s"}},
                 "!00000003": {"user": {"longName": "Three", "publicKey": "%1$s", "public_key": "%2$s"}}}
                """.formatted(BASE64, other));
        assertThat(nodes)
                .extracting(node -> node.getUser().getPublicKey())
                .containsExactly(bytes(), bytes(), ByteString.EMPTY);
        assertThat(nodes.get(2).getUser().getLongName().toStringUtf8()).isEqualTo("Three");
        assertThat(bad).containsExactly("3 !00000003: the key: publicKey and public_key differ");
    }

    @Test
    @DisplayName("PS-06 a list of numbers and names alone is read")
    void listOfNamesIsRead() throws IOException {
        read(KeyFileFormat.NODES, "{\"305419896\": \"Ost\",\n\"!0000000a\": \"West\",\n\"nobody\": \"x\"}");
        assertThat(ids()).containsExactly("!12345678", "!0000000a");
        assertThat(nodes.get(1).getUser().getLongName().toStringUtf8()).isEqualTo("West");
        assertThat(bad).singleElement().asString().startsWith("3 nobody: 'nobody' is not a node number");
    }

    /** What {@code sqlite3 -header -csv} prints of such a table, with the key by {@code hex()}. */
    @Test
    @DisplayName("PS-07 a table with decimal numbers and keys in hex digits of either case is read as CSV")
    void tableWithDecimalNumbersIsRead() throws IOException {
        read(
                KeyFileFormat.CSV,
                "node,long_name,short_name,key\n305419896,Ost,OST," + HEX.toUpperCase(java.util.Locale.ROOT)
                        + "\n10,,,\n");
        assertThat(bad).isEmpty();
        assertThat(ids()).containsExactly("!12345678", "!0000000a");
        assertThat(nodes.get(0).getUser().getPublicKey()).isEqualTo(bytes());
        assertThat(nodes.get(1).getUser().getPublicKey()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void csvKeepsQuotedTextAndCountsLines() throws IOException {
        read(KeyFileFormat.CSV, """
                network,node,key,long_name,other
                home,!00000001,%s,"Löwe, ""der""
                auf zwei Zeilen",x
                home,!00000002,00ff,Short,x
                home,!00000003
                ,!00000004,,,
                """.formatted(HEX));
        assertThat(ids()).containsExactly("!00000001", "!00000002", "!00000004");
        assertThat(networks).containsExactly("home", "home", "null");
        assertThat(nodes.get(0).getUser().getLongName().toStringUtf8()).isEqualTo("Löwe, \"der\"\nauf zwei Zeilen");
        assertThat(bad).hasSize(2);
        assertThat(bad.get(0)).isEqualTo("4 the key: keys are 64 hex digits here: it has 2 bytes, a key has 32");
        assertThat(bad.get(1)).isEqualTo("5 2 values in 5 columns");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        read(KeyFileFormat.JSON, "{\"keys\":[{\"id\":\"!00000001\"}]}");
        read(KeyFileFormat.JSON, "[]");
        read(KeyFileFormat.JSON, "");
        read(KeyFileFormat.CSV, "");
        read(KeyFileFormat.CSV, "a,b\n1,2\n");
        read(KeyFileFormat.NODES, "[1]");
        assertThat(nodes).isEmpty();
        assertThat(bad).hasSize(6).allMatch(line -> line.startsWith("1 "));
    }

    @Test
    void whatStandsBeforeAMistakeInTheFormIsKept() throws IOException {
        read(
                KeyFileFormat.JSON,
                "{\"format\":\"meshlog-keys-1\",\"keys\":[\n{\"id\":\"!00000001\",\"network\":\"home\"},\n{\"id\":}\n]}");
        assertThat(ids()).containsExactly("!00000001");
        assertThat(bad).singleElement().asString().startsWith("3 no JSON from here on");
    }
}
