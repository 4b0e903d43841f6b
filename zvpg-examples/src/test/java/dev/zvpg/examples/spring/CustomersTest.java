package dev.zvpg.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Another class on the same context. */
class CustomersTest extends OnOrders {

    @Test
    void aCustomerIsForgottenForThisTestOnly() {
        orders.forget("Ada");
        assertThat(orders.customers()).isEqualTo(1);
        assertThat(OrdersApplication.STARTED).as("contexts").hasValue(1);
    }

    @Test
    void allCustomersAreThereWhateverOtherTestsHaveDone() {
        assertThat(orders.customers()).isEqualTo(2);
        assertThat(orders.count()).isZero();
        assertThat(OrdersApplication.STARTED).as("contexts").hasValue(1);
    }
}
