"""What both sides say of an order, gap or not."""

from bot.gaps.evidence import current


def values(scene, hours=9):
    return {(piece.system, piece.field): piece.value for piece in current(scene.dossier(), scene.at(hours))}


def test_a_healthy_parcel_is_shown_with_both_sides_tracking(scene):
    said = values(scene.ship().fulfil(None, scene.number))
    assert said["shipstation", "Tracking"] == said["shopify", "Tracking"] == f"USPS {scene.number}"
    assert said["shopify", "Fulfilments"] == "#1001.1 success"


def test_an_order_without_parcels_is_shown_by_its_statuses(scene):
    assert values(scene.row()) == {
        ("shipstation", "State"): "Awaiting shipment",
        ("shopify", "State"): "Unfulfilled",
    }


def test_many_parcels_are_counted_after_the_third(scene):
    for _ in range(5):
        scene.ship()
    assert values(scene)["shipstation", "State"].endswith("; 2 more")


def test_a_parcel_that_shipstation_is_silent_about_says_so(scene):
    assert values(scene.ship(notified=None))["shipstation", "Shopify notified"] == "not said"
