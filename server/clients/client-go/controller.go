package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

type gateDialer struct{ gate *gate }

func (d *gateDialer) DialContext(_ context.Context, network, address string) (net.Conn, error) {
	return d.gate.dial(network, address)
}

// controller keeps, for each Ingress that asks for it by a label, a Service of that name, and says in
// the status of the Ingress which address it has.
type controller struct {
	client    *kubernetes.Clientset
	ingresses networkinglisters.IngressLister
	services  corelisters.ServiceLister
	queue     workqueue.TypedRateLimitingInterface[string]
}

func (c *controller) run(workers int) *sync.WaitGroup {
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for {
				name, stop := c.queue.Get()
				if stop {
					return
				}
				if err := c.reconcile(name); err != nil {
					c.queue.AddRateLimited(name)
				} else {
					c.queue.Forget(name)
				}
				c.queue.Done(name)
			}
		})
	}
	return &running
}

func (c *controller) reconcile(name string) error {
	within, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	owner, err := c.ingresses.Ingresses(namespace).Get(name)
	if apierrors.IsNotFound(err) {
		// Nobody collects garbage here, so the controller cleans up.
		err := c.client.CoreV1().Services(namespace).Delete(within, name, metav1.DeleteOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	}
	if err != nil || owner.Labels["managed"] != "yes" {
		return err
	}
	service, err := c.services.Services(namespace).Get(name)
	if apierrors.IsNotFound(err) {
		service, err = c.client.CoreV1().Services(namespace).Create(within, &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"managed": "yes"},
				OwnerReferences: []metav1.OwnerReference{
					*metav1.NewControllerRef(owner, networkingv1.SchemeGroupVersion.WithKind("Ingress"))}},
			Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
		}, metav1.CreateOptions{})
	}
	if err != nil {
		return err
	}
	have := owner.Status.LoadBalancer.Ingress
	if len(have) == 1 && have[0].IP == service.Spec.ClusterIP {
		return nil
	}
	changed := owner.DeepCopy()
	changed.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: service.Spec.ClusterIP}}
	_, err = c.client.NetworkingV1().Ingresses(namespace).UpdateStatus(within, changed, metav1.UpdateOptions{})
	return err
}

// checkController runs a controller while the server is killed and while its history is lost.
func checkController(others *kubernetes.Clientset) {
	check("a controller reaches its aim whatever becomes of the server", func() error {
		config, _, network := watched(runtime.ContentTypeProtobuf)
		client := kubernetes.NewForConfigOrDie(config)
		factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
		c := &controller{client: client,
			ingresses: factory.Networking().V1().Ingresses().Lister(),
			services:  factory.Core().V1().Services().Lister(),
			queue: workqueue.NewTypedRateLimitingQueue(
				workqueue.NewTypedItemExponentialFailureRateLimiter[string](5*time.Millisecond, 500*time.Millisecond)),
		}
		enqueue := func(object any) {
			if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object); err == nil {
				_, name, _ := cache.SplitMetaNamespaceKey(key)
				c.queue.Add(name)
			}
		}
		handler := cache.ResourceEventHandlerFuncs{AddFunc: enqueue, DeleteFunc: enqueue,
			UpdateFunc: func(_, object any) { enqueue(object) }}
		for _, informer := range []cache.SharedIndexInformer{
			factory.Networking().V1().Ingresses().Informer(), factory.Core().V1().Services().Informer()} {
			if _, err := informer.AddEventHandler(handler); err != nil {
				return err
			}
		}
		stop := make(chan struct{})
		factory.Start(stop)
		factory.WaitForCacheSync(stop)
		running := c.run(2)
		defer func() {
			c.queue.ShutDown()
			running.Wait()
			close(stop)
			factory.Shutdown()
		}()

		const count = 20
		ingresses := others.NetworkingV1().Ingresses(namespace)
		name := func(i int) string { return fmt.Sprintf("managed-%02d", i) }
		for i := range count {
			if _, err := ingresses.Create(ctx, ingress(name(i), map[string]string{"managed": "yes"}),
				metav1.CreateOptions{}); err != nil {
				return err
			}
			if i == count/2 {
				if err := restart(); err != nil {
					return err
				}
			}
		}
		reached := func(want int) func() bool {
			return func() bool {
				services, err := others.CoreV1().Services(namespace).List(ctx, metav1.ListOptions{LabelSelector: "managed=yes"})
				if err != nil || len(services.Items) != want {
					return false
				}
				list, err := ingresses.List(ctx, metav1.ListOptions{LabelSelector: "managed=yes"})
				if err != nil || len(list.Items) != want {
					return false
				}
				for i, item := range list.Items {
					if len(item.Status.LoadBalancer.Ingress) != 1 ||
						item.Status.LoadBalancer.Ingress[0].IP != services.Items[i].Spec.ClusterIP {
						return false
					}
				}
				return true
			}
		}
		if err := eventually("every Ingress has its Service after a restart", reached(count)); err != nil {
			return err
		}

		// Somebody takes a Service away; the controller makes it again.
		if err := others.CoreV1().Services(namespace).Delete(ctx, name(0), metav1.DeleteOptions{}); err != nil {
			return err
		}
		if err := eventually("a Service that was deleted is back", reached(count)); err != nil {
			return err
		}

		network.cut()
		for i := range count / 2 {
			if err := ingresses.Delete(ctx, name(i), metav1.DeleteOptions{}); err != nil {
				return err
			}
		}
		if err := noise(others, "noise"); err != nil {
			return err
		}
		network.mend()
		return errors.Join(eventually("Services of deleted Ingresses go after a lost history", reached(count/2)))
	})
}
