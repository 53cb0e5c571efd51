//! Properties of the arrangement that hold for any picture.

use proptest::prelude::*;

use super::samples::{numbered, triage};
use crate::graph::{
    GraphFormat, GraphPicture,
    card::{Card, pill},
    draw,
    layout::{Layout, Measures, Point, Rect, Size},
    route::{Route, Segment},
};

fn arranged(picture: &GraphPicture) -> Layout {
    let label = |label: &str| Size { width: pill(label).1, height: 18.0 };
    let measures = Measures {
        nodes: picture.nodes.iter().map(|node| Card::of(node).size).collect(),
        labels: picture.edges.iter().map(|edge| edge.label.as_deref().map(label)).collect(),
    };
    Layout::of(picture, &measures)
}

fn meet(one: &Rect, other: &Rect) -> bool {
    one.x < other.right() && other.x < one.right() && one.y < other.bottom() && other.y < one.bottom()
}

/// Points along the arrow, close enough to see it cross a card.
fn trace(route: &Route) -> Vec<Point> {
    let mut points = vec![route.start];
    let mut at = route.start;
    for segment in &route.segments {
        let (first, second, end) = match *segment {
            Segment::Line(end) => (at, end, end),
            Segment::Curve(first, second, end) => (first, second, end),
        };
        for step in 1..=24 {
            let t = f64::from(step) / 24.0;
            let s = 1.0 - t;
            let mix = |a: f64, b: f64, c: f64, d: f64| {
                s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
            };
            points.push(Point { x: mix(at.x, first.x, second.x, end.x), y: mix(at.y, first.y, second.y, end.y) });
        }
        at = end;
    }
    points
}

/// Says what is wrong with the arrangement, if anything is.
fn fault(picture: &GraphPicture, layout: &Layout) -> Option<String> {
    for (index, one) in layout.boxes.iter().enumerate() {
        if one.x < -0.01
            || one.y < -0.01
            || one.right() > layout.size.width + 0.01
            || one.bottom() > layout.size.height + 0.01
        {
            return Some(format!("box {index} {one:?} leaves the picture {:?}", layout.size));
        }
        for (other_index, other) in layout.boxes.iter().enumerate().skip(index + 1) {
            if meet(one, other) {
                return Some(format!("boxes {index} {one:?} and {other_index} {other:?} overlap"));
            }
        }
    }
    for (edge, route) in picture.edges.iter().zip(&layout.routes) {
        let Some(route) = route else { continue };
        for point in trace(route) {
            for (index, card) in layout.boxes.iter().enumerate() {
                let inside = card.x < point.x
                    && point.x < card.right()
                    && card.y + 0.1 < point.y
                    && point.y < card.bottom() - 0.1;
                if inside {
                    return Some(format!("edge {edge:?} crosses box {index} {card:?} at {point:?}"));
                }
            }
            if let Some(label) = route.label.filter(|label| layout.boxes.iter().any(|card| meet(label, card))) {
                return Some(format!("label {label:?} of {edge:?} covers a box"));
            }
        }
    }
    None
}

prop_compose! {
    fn acyclic()(count in 0_usize..=40)(
        count in Just(count),
        pairs in prop::collection::vec((0..count.max(1), 0..count.max(1)), 0..=count * 2),
    ) -> GraphPicture {
        let edges: Vec<(usize, usize)> =
            pairs.into_iter().filter(|(from, to)| from != to).map(|(from, to)| (from.min(to), from.max(to))).collect();
        numbered(count, &edges)
    }
}

prop_compose! {
    fn any_graph()(count in 1_usize..=12)(
        count in Just(count),
        edges in prop::collection::vec((0..count, 0..count + 1), 0..=count * 3),
    ) -> GraphPicture {
        numbered(count, &edges)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_overlaps(picture in acyclic()) {
        let layout = arranged(&picture);
        prop_assert_eq!(fault(&picture, &layout), None);
        prop_assert_eq!(layout, arranged(&picture), "the arrangement is the same each time");
    }

    #[test]
    fn cycles_and_stray_edges_are_drawn_too(picture in any_graph()) {
        prop_assert_eq!(fault(&picture, &arranged(&picture)), None);
        for format in [GraphFormat::Svg, GraphFormat::Mermaid, GraphFormat::Dot, GraphFormat::Text] {
            prop_assert!(draw(&picture, format).ends_with('\n'));
        }
    }
}

#[test]
fn two_hundred_nodes() {
    let chain: Vec<(usize, usize)> = (1..200).map(|node| (node - 1, node)).collect();
    let fan: Vec<(usize, usize)> = (1..199).flat_map(|node| [(0, node), (node, 199)]).collect();
    let everything_from_the_first: Vec<(usize, usize)> =
        (1..200).flat_map(|node| [(node - 1, node), (0, node), (node / 2, node)]).filter(|(a, b)| a != b).collect();
    let wide: Vec<(usize, usize)> = (100..200).flat_map(|node| [(node % 20, node), (node % 7 + 30, node)]).collect();
    for edges in [chain, fan, everything_from_the_first, wide, Vec::new()] {
        let picture = numbered(200, &edges);
        assert_eq!(fault(&picture, &arranged(&picture)), None);
    }
}

#[test]
fn long_arrows_from_every_node() {
    let edges: Vec<(usize, usize)> = (1..74).flat_map(|node| [(node - 1, node), (node - 1, 73)]).collect();
    let picture = numbered(74, &edges);
    assert_eq!(fault(&picture, &arranged(&picture)), None);
}

#[test]
fn values_come_down_in_the_order_of_the_flow() {
    let picture = triage();
    let layout = arranged(&picture);
    assert_eq!(fault(&picture, &layout), None);
    for edge in &picture.edges {
        let (from, to) = (&layout.boxes[edge.from], &layout.boxes[edge.to]);
        assert!(from.bottom() < to.y, "{} stands above {}", picture.nodes[edge.from].name, picture.nodes[edge.to].name);
    }
    let height = |name: &str| {
        let index = picture.nodes.iter().position(|node| node.name == name).expect("a node");
        let card = &layout.boxes[index];
        card.y + card.height / 2.0
    };
    assert_eq!(height("message"), height("customer_id"), "inputs share a row");
    assert_eq!(height("reply"), height("category"), "outputs share a row");
}
