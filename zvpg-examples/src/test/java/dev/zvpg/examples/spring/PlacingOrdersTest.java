package dev.zvpg.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests of a Spring Boot application that commit, each with data of its own. */
class PlacingOrdersTest extends OnOrders {

    @Test
    void anOrderIsPlacedWhereNoOtherTestHasPlacedOne() {
        orders.place("Ada", 995);
        assertThat(orders.count()).isEqualTo(1);
    }

    @Test
    void anotherOrderIsTheFirstOneToo() {
        orders.place("Grace", 1295);
        assertThat(orders.count()).isEqualTo(1);
    }
}
