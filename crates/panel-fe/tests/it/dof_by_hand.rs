//! Degrees of freedom counted by hand from the table of [`panel_fe::dof`], on a panel of 10 firms and 20 years.

use panel_fe::Like;
use panel_fe::dof::{Absorbed, AbsorbedTerm, Dof, SmallSample};
use panel_fe::vcov::{Covariance, Groups, Kernel, Meat, Periods, Structure, Vcov};

const EVERY: [Like; 5] = [Like::Fixest, Like::Reghdfe, Like::Xtreg, Like::Ivreghdfe, Like::Xtivreg2];

fn term(name: &str, levels: usize, components: &[usize]) -> AbsorbedTerm {
    AbsorbedTerm {
        name: name.into(),
        levels,
        intercept: true,
        slopes: 0,
        idle_slopes: 0,
        components: components.to_vec(),
        is_entity: name == "firm",
    }
}

fn dof(like: Like, n_obs: usize, terms: &[AbsorbedTerm]) -> Dof {
    Dof { like, n_obs, absorbed: Absorbed { terms: terms.to_vec(), rank: 0, rank_exact: true } }
}

/// 10 firms, 5 years in one component with them, 4 regions with an intercept and two slopes each, of which three are
/// idle; two components with the firms and one with the years.
fn three_terms() -> Vec<AbsorbedTerm> {
    let region = AbsorbedTerm { slopes: 2, idle_slopes: 3, ..term("region[a,b]", 4, &[2, 1]) };
    vec![term("firm", 10, &[]), term("year", 5, &[1]), region]
}

fn codes(n: usize, groups: usize) -> Vec<u32> {
    (0..n).map(|i| (i % groups) as u32).collect()
}

/// Clusters; `nested` says which terms lie within them, the first of which is a key by its name.
fn clusters(groups: usize, nested: &[bool], keys_absorbed: bool) -> Covariance {
    let meat = Meat::new(Structure::Cluster(vec![Groups::new(&codes(200, groups))]));
    let is_key = (0..nested.len()).map(|f| keys_absorbed && f == 0).collect();
    Covariance { nested: nested.to_vec(), is_key, keys_absorbed, ..Covariance::new(Vcov::cluster("firm"), meat) }
}

fn periods() -> Periods {
    Periods::calendar(&(0..200).map(|i| i % 20).collect::<Vec<i64>>())
}

fn near(got: f64, want: f64) {
    assert!(got == want || (got / want - 1.0).abs() < 1e-14, "{got} against {want}");
}

/// fixest: 10 + 5 + 4 + 8 - 2; the others: 10 + (5 - 1) + (4 - 2) + (8 - 3).
#[test]
fn absorbed_parameters() {
    let counts = EVERY.map(|like| dof(like, 200, &three_terms()).absorbed_count());
    assert_eq!(counts, [25, 21, 21, 21, 21]);
    assert_eq!(EVERY.map(|like| dof(like, 200, &[]).absorbed_count()), [0; 5]);
    assert_eq!(EVERY.map(|like| Dof::new(like, 7).absorbed_count()), [0; 5]);
    // Slopes alone: 6 levels, nothing redundant. One level that its own component makes redundant: ivreghdfe keeps one.
    let slopes = AbsorbedTerm { intercept: false, slopes: 1, ..term("id[[z]]", 6, &[]) };
    assert_eq!(EVERY.map(|like| dof(like, 200, std::slice::from_ref(&slopes)).absorbed_count()), [6; 5]);
    let all_idle = AbsorbedTerm { idle_slopes: 6, ..slopes };
    let counts = EVERY.map(|like| dof(like, 200, std::slice::from_ref(&all_idle)).absorbed_count());
    assert_eq!(counts, [6, 0, 0, 1, 0]);
    // Fewer levels than components is no negative number.
    let counts = EVERY.map(|like| dof(like, 200, &[term("firm", 10, &[]), term("half", 1, &[2])]).absorbed_count());
    assert_eq!(counts, [10; 5]);
}

/// K* with three slopes and firms nested in the clusters. fixest: (5 + 4 - 1) + 8 + 3; reghdfe: one of the years and of
/// the regions is redundant beside the nested firms, (5 - 1) + (4 - 1) + 5 + 1 + 3; ivreghdfe: without the constant.
#[test]
fn parameters_under_clusters() {
    let by_firm = clusters(10, &[true, false, false], true);
    let all: Vec<SmallSample> =
        EVERY.iter().map(|&like| dof(like, 200, &three_terms()).small_sample(3, &by_firm)).collect();
    let k_star: Vec<usize> = all.iter().map(|small| small.k_star).collect();
    assert_eq!(k_star, [19, 16, 16, 15, 16]);
    let k: Vec<usize> = all.iter().map(|small| small.k).collect();
    assert_eq!(k, [28, 24, 24, 24, 24]);
    assert!(all.iter().all(|small| small.groups == Some(10)));
    for (small, left) in all.iter().zip([181.0, 184.0, 184.0, 185.0]) {
        near(small.multiplier, 199.0 / left * 10.0 / 9.0);
        assert_eq!(small.df_t, 9.0);
    }
    assert_eq!((all[4].multiplier, all[4].df_t), (1.0, f64::INFINITY));
    // Root mean squared error: N; N - (K* - 1 + 10 firms); N - K*; N - K*; N - 10 firms.
    let df_rmse: Vec<f64> = all.iter().map(|small| small.df_rmse).collect();
    assert_eq!(df_rmse, [200.0, 175.0, 184.0, 185.0, 190.0]);
    let adjusted: Vec<usize> = all.iter().map(|small| small.k_adjusted).collect();
    assert_eq!(adjusted, [28, 25, 16, 24, 24]);
    let sdofminus = EVERY.map(|like| dof(like, 200, &three_terms()).sdofminus(&by_firm));
    assert_eq!(sdofminus, [16, 13, 13, 12, 11]);
    assert_eq!(EVERY.map(|like| dof(like, 200, &three_terms()).dofminus()), [0, 0, 0, 0, 10]);
}

/// Nothing is nested, so nothing is free, whatever the program: K* is K.
#[test]
fn clusters_that_hold_no_effect_free_none() {
    for like in EVERY {
        let small = dof(like, 200, &three_terms()).small_sample(3, &clusters(7, &[false; 3], false));
        assert_eq!((small.k_star, small.k), if like == Like::Fixest { (28, 28) } else { (24, 24) }, "{like}");
        assert_eq!(small.groups, Some(7));
    }
    // Slopes without intercepts are never free, though nested.
    let slopes = AbsorbedTerm { intercept: false, slopes: 1, ..term("id[[z]]", 6, &[]) };
    for like in EVERY {
        let small = dof(like, 200, std::slice::from_ref(&slopes)).small_sample(2, &clusters(6, &[true], true));
        assert_eq!((small.k_star, small.k), (8, 8), "{like}");
    }
}

/// Effects other than the entity: fixest, reghdfe and ivreghdfe free every nested one, xtreg the entity alone.
#[test]
fn who_frees_what() {
    let terms = [term("year", 5, &[]), term("firm", 10, &[1])];
    let k_star = |nested: [bool; 2], keys_absorbed| {
        EVERY.map(|like| dof(like, 200, &terms).small_sample(2, &clusters(8, &nested, keys_absorbed)).k_star)
    };
    // Years nested: fixest 10 firms, the constant among them; reghdfe (10 - 1) + 1; ivreghdfe 10 - 1; xtreg, whose panel
    // effect is not nested, all 5 + 9.
    assert_eq!(k_star([true, false], false), [12, 12, 16, 11, 16]);
    // Firms nested: 5 years; (5 - 1) + 1 for reghdfe and xtreg; 4 for ivreghdfe.
    assert_eq!(k_star([false, true], false), [7, 7, 7, 6, 7]);
    // Both: the constant.
    assert_eq!(k_star([true, true], false), [3, 3, 7, 3, 7]);
    // By name, fixest frees the key alone, also where the other is nested, too.
    assert_eq!(k_star([true, true], true)[0], 12);
    // d is the entity's, wherever it stands; the first effect's where none is the entity.
    assert_eq!(dof(Like::Xtivreg2, 200, &terms).dofminus(), 10);
    assert_eq!(dof(Like::Xtivreg2, 200, &terms[..1]).dofminus(), 5);
    assert_eq!(dof(Like::Xtivreg2, 200, &[]).dofminus(), 0);
}

/// reghdfe's t has N - K* degrees of freedom where those are fewer than G - 1.
#[test]
fn few_observations_for_many_clusters() {
    let terms = [term("year", 5, &[])];
    let small = |like| dof(like, 24, &terms).small_sample(3, &clusters(20, &[false], false));
    assert_eq!(small(Like::Reghdfe).df_t, 16.0);
    assert_eq!(small(Like::Ivreghdfe).df_t, 19.0);
    near(small(Like::Reghdfe).multiplier, 23.0 / 16.0 * 20.0 / 19.0);
}

#[test]
fn structures_without_clusters() {
    let small_sample = |like, covariance: &Covariance| dof(like, 200, &three_terms()).small_sample(3, covariance);
    let iid = EVERY.map(|like| small_sample(like, &Covariance::iid()));
    for (small, left) in iid.iter().zip([172.0, 176.0, 176.0, 176.0]) {
        near(small.multiplier, 200.0 / left);
        assert_eq!((small.df_t, small.groups), (left, None));
    }
    near(iid[4].multiplier, 200.0 / 190.0);
    assert_eq!(iid[4].df_t, f64::INFINITY);
    assert_eq!(iid.clone().map(|small| small.df_rmse), [200.0, 176.0, 176.0, 176.0, 190.0]);
    assert_eq!(iid.map(|small| small.k_adjusted), [28, 24, 24, 24, 24]);
    let sdofminus = EVERY.map(|like| dof(like, 200, &three_terms()).sdofminus(&Covariance::iid()));
    assert_eq!(sdofminus, [25, 21, 21, 21, 11]);
    for spec in [Vcov::Hc2, Vcov::Hc3] {
        let small = small_sample(Like::Reghdfe, &Covariance::new(spec, Meat::new(Structure::Independent)));
        assert_eq!((small.multiplier, small.df_t), (1.0, 176.0));
    }
    // T = 20 periods: a cluster each for Driscoll-Kraay; for Newey-West to fixest alone.
    let (kernel, bandwidth) = (Kernel::Bartlett, 3.0);
    let dk = Meat::new(Structure::DriscollKraay { periods: periods(), kernel, bandwidth });
    let dk = Covariance::new("dk:2".parse().expect("known"), dk);
    let units = Groups::new(&codes(200, 10));
    let nw = Meat::new(Structure::NeweyWest { units, periods: periods(), kernel, bandwidth });
    let nw = Covariance::new("nw:2".parse().expect("known"), nw);
    assert_eq!((dk.min_groups(), nw.min_groups(), Covariance::iid().min_groups()), (Some(20), Some(20), None));
    assert_eq!((dk.is_clustered(), nw.is_clustered(), Covariance::iid().is_clustered()), (true, false, false));
    assert_eq!((dk.is_iid(), Covariance::iid().is_iid()), (false, true));
    for (like, left) in [(Like::Fixest, 172.0), (Like::Reghdfe, 176.0), (Like::Ivreghdfe, 176.0)] {
        let small = small_sample(like, &dk);
        near(small.multiplier, 199.0 / left * 20.0 / 19.0);
        assert_eq!((small.df_t, small.groups), (19.0, Some(20)));
    }
    let small = small_sample(Like::Fixest, &nw);
    near(small.multiplier, 199.0 / 172.0 * 20.0 / 19.0);
    assert_eq!(small.df_t, 19.0);
    let small = small_sample(Like::Reghdfe, &nw);
    near(small.multiplier, 200.0 / 176.0);
    assert_eq!(small.df_t, 176.0);
    assert_eq!(
        (small_sample(Like::Xtivreg2, &dk).multiplier, small_sample(Like::Xtivreg2, &dk).df_t),
        (1.0, f64::INFINITY)
    );
    near(small_sample(Like::Xtivreg2, &nw).multiplier, 200.0 / 190.0);
}
