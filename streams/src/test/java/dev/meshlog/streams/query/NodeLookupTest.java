package dev.meshlog.streams.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NodeLookupTest {
    private final TablesFixture mesh = new TablesFixture()
            .node("home", 0xb73120eaL, "Station Ost", "OST")
            .node("home", 0xb7312fffL, "Station West", "WST")
            .node("home", 305_419_896L, "Ferry", "FRY")
            .node("home", 0x0badcafeL, null, null);

    @Test
    @DisplayName("KS-23 number in decimal, !hex and hex is one node")
    void everyFormOfANumberIsOneNode() {
        for (String form : new String[] {"3073450218", "!b73120ea", "b73120ea", " !b73120ea "}) {
            assertThat(mesh.find(form).nodes()).as(form).containsExactly("home/!b73120ea");
        }
    }

    @Test
    @DisplayName("KS-24 upper case is the same node")
    void caseOfHexDoesNotMatter() {
        assertThat(mesh.find("!B73120EA").nodes()).containsExactly("home/!b73120ea");
        assertThat(mesh.find("B73120EA").nodes()).containsExactly("home/!b73120ea");
    }

    @Test
    @DisplayName("DB-02 digits alone are decimal")
    void digitsAloneAreDecimal() {
        assertThat(mesh.find("305419896").nodes()).containsExactly("home/!12345678");
        assertThat(mesh.find("305419896").number()).hasValue(0x12345678L);
        assertThat(mesh.find("12345678").nodes())
                .as("the decimal number 12345678 is another node")
                .isEmpty();
        assertThat(mesh.find("!12345678").nodes()).containsExactly("home/!12345678");
    }

    @Test
    @DisplayName("PS-14 prefix of two nodes is neither of them")
    void ambiguousPrefixIsNoNodeButTheListOfThem() {
        var found = mesh.find("!b731");
        assertThat(found.isOne()).isFalse();
        assertThat(found.isAmbiguous()).isTrue();
        assertThat(found.nodes()).containsExactly("home/!b73120ea", "home/!b7312fff");
        assertThat(mesh.find("station").nodes()).hasSize(2);
        assertThat(mesh.find("station o").nodes()).containsExactly("home/!b73120ea");
        assertThat(mesh.find("!b73120").nodes()).containsExactly("home/!b73120ea");
    }

    @Test
    @DisplayName("PS-15 nothing, and what nobody has, is no node")
    void unknownTextIsNoNode() {
        for (String text : new String[] {"", " ", "!", "nobody", "!ffffffff", "0", "99999999999"}) {
            assertThat(mesh.find(text).nodes()).as("'%s'", text).isEmpty();
        }
    }

    @Test
    void nameNeverTakesTheNumberOfAnotherNode() {
        mesh.node("home", 7, "!b73120ea", "b73120ea").node("home", 8, "3073450218", "x");
        assertThat(mesh.find("!b73120ea").nodes()).containsExactly("home/!b73120ea");
        assertThat(mesh.find("b73120ea").nodes()).containsExactly("home/!b73120ea");
        assertThat(mesh.find("3073450218").nodes()).containsExactly("home/!b73120ea");
    }

    @Test
    void wholeNameComesBeforeTheBeginningOfAnother() {
        mesh.node("home", 9, "Station", "STA").node("home", 10, "station", "st2");
        assertThat(mesh.find("Station").nodes()).containsExactly("home/!00000009");
        assertThat(mesh.find("STATION").nodes()).as("either of the two").hasSize(2);
        assertThat(mesh.find("wst").nodes()).containsExactly("home/!b7312fff");
    }

    @Test
    void sameNumberInTwoNetworksIsTwoNodesUntilTheNetworkIsNamed() {
        mesh.node("away", 0xb73120eaL, "Station Ost", "OST");
        assertThat(mesh.find("!b73120ea").nodes()).containsExactly("away/!b73120ea", "home/!b73120ea");
        assertThat(mesh.find("away/!b73120ea").nodes()).containsExactly("away/!b73120ea");
        assertThat(new NodeLookup(mesh.tables, "home").find("!b73120ea").nodes())
                .containsExactly("home/!b73120ea");
    }
}
