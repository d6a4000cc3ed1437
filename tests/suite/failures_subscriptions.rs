//! The subscription is disabled, belongs to another directory, or isn't there at all.

use azconnect::sandbox::{State, SubscriptionState, ids};

use crate::failing::Failure;
use crate::lab::Lab;

const DISABLED: Failure = Failure {
    name: "only_subscription_disabled",
    exit: (5, "forbidden"),
    code: "no_subscription",
    words: "no usable subscription",
    has_id: false,
};

fn disable(lab: &Lab) {
    lab.state(|state: &mut State| {
        state
            .subscriptions
            .get_mut(&ids::SUBSCRIPTION)
            .unwrap()
            .state = SubscriptionState::Disabled;
    });
}

fn nothing_was_written(lab: &Lab) {
    for entry in lab.log() {
        let reads = entry.method == "GET" || entry.path.ends_with("/token");
        assert!(reads, "{entry:#?}");
    }
}

#[test]
fn the_only_one_is_disabled() {
    let (lab, _) = DISABLED.of(|lab| {
        disable(lab);
        Vec::new()
    });
    nothing_was_written(&lab);
}

#[test]
fn the_one_that_was_named_is_disabled() {
    let named = Failure {
        name: "named_subscription_disabled",
        exit: (2, "usage"),
        code: "subscription_disabled",
        words: "Contoso Production",
        ..DISABLED
    };
    let (lab, _) = named.of(|lab| {
        disable(lab);
        vec!["--subscription".into(), ids::SUBSCRIPTION.to_string()]
    });
    nothing_was_written(&lab);
}

#[test]
fn it_belongs_to_another_directory() {
    let other = Failure {
        name: "subscription_of_another_directory",
        code: "subscription_not_seen",
        words: "is not among those that you can see",
        ..DISABLED
    };
    let (lab, _) = other.of(|lab| {
        let id = lab.state(|state| {
            let fabrikam = state.add_tenant("Fabrikam", "fabrikam.com");
            state.add_subscription_in(fabrikam, "Fabrikam Production")
        });
        vec!["--subscription".into(), id.to_string()]
    });
    nothing_was_written(&lab);
}

#[test]
fn there_is_none() {
    let none = Failure {
        name: "no_subscription",
        ..DISABLED
    };
    let (lab, _) = none.of(|lab| {
        lab.state(|state| state.subscriptions.clear());
        Vec::new()
    });
    nothing_was_written(&lab);
}

#[test]
fn all_of_none() {
    let none = Failure {
        name: "all_of_no_subscriptions",
        ..DISABLED
    };
    none.of(|lab| {
        lab.state(|state| state.subscriptions.clear());
        vec!["--subscription".into(), "all".into()]
    });
}

#[test]
fn a_management_group_that_is_not_there() {
    let none = Failure {
        name: "unknown_management_group",
        exit: (2, "usage"),
        code: "NotFound",
        words: "nowhere",
        has_id: true,
    };
    let (lab, _) = none.of(|_| vec!["--management-group".into(), "nowhere".into()]);
    nothing_was_written(&lab);
}

#[test]
fn it_is_disabled_between_the_plan_and_the_role() {
    let disabled = Failure {
        name: "disabled_in_the_middle",
        exit: (5, "forbidden"),
        code: "ReadOnlyDisabledSubscription",
        words: "is disabled",
        has_id: false,
    };
    disabled.of(|lab| {
        let body = serde_json::json!({"error": {"code": "ReadOnlyDisabledSubscription",
            "message": "The subscription 'x' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled."}});
        crate::failures_network::answers(lab, azconnect::sandbox::Service::Arm, "/roleAssignments/", 409, Some(body));
        Vec::new()
    });
}
